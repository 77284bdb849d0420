// What the C++ peers share: command line, workloads, data, the common start and the stop-watch.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

constexpr int kTrainingImages = 50000;
constexpr int kPixels = 784;
constexpr int kForwardRepeats = 50;

struct Arguments {
    std::string workload, data, workloads = "scripts/peers/workloads.csv";
    int epochs = 0, threads = 1;
    uint64_t seed = 1;
    bool check = false;
};

inline Arguments parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        std::string name = argv[i];
        auto value = [&]() -> std::string {
            if (++i >= argc) throw std::runtime_error(name + " needs a value");
            return argv[i];
        };
        if (name == "--data") arguments.data = value();
        else if (name == "--workloads") arguments.workloads = value();
        else if (name == "--epochs") arguments.epochs = std::stoi(value());
        else if (name == "--threads") arguments.threads = std::stoi(value());
        else if (name == "--seed") arguments.seed = std::stoull(value());
        else if (name == "--check") arguments.check = true;
        else if (name.rfind("--", 0) == 0) throw std::runtime_error("unknown option " + name);
        else arguments.workload = name;
    }
    if (arguments.workload.empty() || arguments.data.empty())
        throw std::runtime_error("usage: WORKLOAD --data DIR [--epochs N] [--threads N] [--seed S] [--check]");
    return arguments;
}

struct Workload {
    std::string id, kind, sizes, cost, init;
    float eta = 0, lambda = 0;
    int batch = 0, epochs = 0, trainings = 0;

    // What a step multiplies the weights by: the decay of L2 with lambda over n.
    double decay() const { return 1.0 - double(eta) * lambda / kTrainingImages; }

    // The standard deviation of the weights at the start.
    double scale(int n_in) const {
        return init == "unit" ? 1.0 : init == "scaled" ? 1.0 / std::sqrt(n_in) : std::sqrt(2.0 / n_in);
    }

    // The network that a program has to be compiled for.
    std::string key() const { return sizes + " " + cost + " " + std::to_string(batch); }
};

inline Workload read_workload(const std::string& path, const std::string& id, bool check) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::vector<std::string> names;
    for (std::string line; std::getline(file, line);) {
        std::vector<std::string> fields;
        std::stringstream stream(line);
        for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
        if (names.empty()) {
            names = fields;
        } else if (!fields.empty() && fields[0] == id) {
            auto get = [&](const char* name) {
                return fields.at(std::find(names.begin(), names.end(), name) - names.begin());
            };
            return {id, get("kind"), get("sizes"), get("cost"), get("init"), std::stof(get(check ? "check_eta" : "eta")),
                    std::stof(get("lambda")), std::stoi(get("batch")), std::stoi(get("epochs")),
                    std::stoi(get("trainings"))};
        }
    }
    throw std::runtime_error("no workload " + id);
}

// The bytes of a gzipped IDX file after its header. gzip itself unpacks: no library needed.
inline std::vector<uint8_t> read_idx(const std::string& path) {
    FILE* pipe = popen(("gzip -dc '" + path + "'").c_str(), "r");
    if (!pipe) throw std::runtime_error("cannot run gzip");
    std::vector<uint8_t> bytes;
    std::vector<uint8_t> chunk(1 << 20);
    for (size_t n; (n = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
        bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + n);
    if (pclose(pipe) != 0 || bytes.size() < 4) throw std::runtime_error("cannot read " + path);
    bytes.erase(bytes.begin(), bytes.begin() + 4 + 4 * bytes[3]);
    return bytes;
}

// Pixels as byte / 256, an image after the other: columns of a column-major matrix.
struct Data {
    std::vector<float> x, test_x;
    std::vector<uint8_t> labels, test_labels;

    explicit Data(const std::string& directory) {
        auto images = [&](const char* name, size_t limit) {
            auto bytes = read_idx(directory + "/" + name);
            std::vector<float> pixels(std::min(bytes.size(), limit * kPixels));
            std::transform(bytes.begin(), bytes.begin() + pixels.size(), pixels.begin(),
                           [](uint8_t b) { return b / 256.0f; });
            return pixels;
        };
        x = images("train-images-idx3-ubyte.gz", kTrainingImages);
        test_x = images("t10k-images-idx3-ubyte.gz", 10000);
        labels = read_idx(directory + "/train-labels-idx1-ubyte.gz");
        test_labels = read_idx(directory + "/t10k-labels-idx1-ubyte.gz");
    }
};

class SplitMix64 {
  public:
    explicit SplitMix64(uint64_t seed) : state_(seed) {}
    uint64_t next() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    double uniform() { return ((next() >> 11) + 0.5) * 0x1p-53; }
    double normal() {
        double radius = std::sqrt(-2.0 * std::log(uniform()));
        return radius * std::cos(2.0 * M_PI * uniform());
    }

  private:
    uint64_t state_;
};

// Fisher and Yates, with a product in place of a remainder.
inline void shuffle(std::vector<int>& order, SplitMix64& random) {
    for (size_t left = order.size(); left > 1; --left)
        std::swap(order[left - 1], order[((random.next() >> 32) * left) >> 32]);
}

// The order for --check: the indices sorted by random keys, equal in every language.
inline std::vector<int> shared_order(uint64_t seed, int epoch) {
    SplitMix64 random(seed + (uint64_t(epoch + 1) << 32));
    std::vector<std::pair<uint64_t, int>> keys(kTrainingImages);
    for (int i = 0; i < kTrainingImages; ++i) keys[i] = {random.next(), i};
    std::sort(keys.begin(), keys.end());
    std::vector<int> order(kTrainingImages);
    for (int i = 0; i < kTrainingImages; ++i) order[i] = keys[i].second;
    return order;
}

inline double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The seconds of each epoch, shuffle included. Net has load(workload, seed) and epoch(order, workload).
template <class Net>
std::vector<double> train(Net& net, const Workload& workload, int epochs, uint64_t seed, bool check) {
    net.load(workload, seed);
    SplitMix64 random(seed);
    std::vector<int> order(kTrainingImages);
    std::iota(order.begin(), order.end(), 0);
    std::vector<double> seconds;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        double begin = now();
        if (check) order = shared_order(seed, epoch);
        else shuffle(order, random);
        net.epoch(order, workload);
        seconds.push_back(now() - begin);
    }
    return seconds;
}

// Runs the workload and prints its line of JSON. make() gives a Net on the heap, which besides what `train`
// asks for has forward(), the outputs for all test images, and accuracy(), how many of them are right in percent.
template <class Make>
void run(const char* peer, const std::string& version, const Arguments& arguments, const Workload& workload, Make make) {
    const int epochs = arguments.epochs ? arguments.epochs : workload.epochs;
    std::printf("{\"workload\": \"%s\", \"peer\": \"%s\", \"version\": \"%s\", \"threads\": %d, \"order\": \"%s\", ",
                workload.id.c_str(), peer, version.c_str(), arguments.threads, arguments.check ? "shared" : "own");
    if (workload.kind == "train") {
        auto net = make();
        auto seconds = train(*net, workload, epochs, arguments.seed, arguments.check);
        std::printf("\"seconds_per_epoch\": [");
        for (size_t i = 0; i < seconds.size(); ++i) std::printf("%s%.9f", i ? ", " : "", seconds[i]);
        std::printf("], \"test_accuracy\": %.2f}\n", net->accuracy());
    } else if (workload.kind == "forward") {
        auto net = make();
        net->load(workload, arguments.seed);
        double best = 1e9, percent = net->accuracy();
        for (int i = 0; i < kForwardRepeats; ++i) {
            double begin = now();
            net->forward();
            best = std::min(best, now() - begin);
        }
        std::printf("\"milliseconds\": %.6f, \"test_accuracy\": %.2f}\n", best * 1e3, percent);
    } else {
        std::vector<decltype(make())> nets;
        for (int i = 0; i < workload.trainings; ++i) nets.push_back(make());
        std::atomic<int> next{0};
        double begin = now();
        std::vector<std::thread> threads;
        for (int t = 0; t < arguments.threads; ++t)
            threads.emplace_back([&] {
                for (int i; (i = next++) < workload.trainings;)
                    train(*nets[i], workload, epochs, arguments.seed + i, arguments.check);
            });
        for (auto& thread : threads) thread.join();
        double seconds = now() - begin;
        std::vector<double> percents;
        for (auto& net : nets) percents.push_back(net->accuracy());
        std::sort(percents.begin(), percents.end());
        size_t n = percents.size();
        std::printf("\"trainings_per_second\": %.6f, \"test_accuracy\": %.2f}\n", n / seconds,
                    (percents[(n - 1) / 2] + percents[n / 2]) / 2);
    }
}
