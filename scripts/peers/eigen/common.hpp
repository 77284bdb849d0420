// What the C++ peer shares with the others: command line, workloads, data, the common start.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
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
        throw std::runtime_error("usage: peer-eigen WORKLOAD --data DIR [--epochs N] [--threads N] [--seed S] [--check]");
    return arguments;
}

struct Workload {
    std::string id, kind, sizes, cost, init;
    float eta = 0, lambda = 0;
    int batch = 0, epochs = 0, trainings = 0;
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
