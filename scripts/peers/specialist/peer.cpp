// C++ with intrinsics, for one hidden layer of sigmoids alone: what a specialist would write for W1, W2, W3 and
// their kin, and so the limit that nablab is held against. Zero pixels are skipped, as nablab does.
//
// - The first layer's weights stand in panels of 32 neurons, [input][neuron], two cache lines an input: those that a
//   mini-batch touches nearly fit into L1. Forward pass and update walk over an image's non-zero pixels.
// - The output layer's weights stand as [output][hidden neuron]. Ten sums of products a neuron of the output, added
//   up across the lanes at the end, need no second, transposed copy for the backward pass.
// - The decay of L2 is a factor beside the first layer's weights, which are touched by it once an epoch.

#include "../common.hpp"
#include "vector.hpp"

#include <cstring>
#include <memory>

constexpr int kOutputs = 10;
constexpr int kOutputLanes = 16;
constexpr int kTestImages = 10000;
constexpr int kPanel = 32;
constexpr int kSums = 2;  // partial sums, to hide the latency of the multiply-adds

// A pixel that is not zero: its place in a panel of weights, and its value, which fits into a bfloat16 (the upper
// half of a float) without rounding, as all n / 256 with n < 256 do.
struct alignas(4) Entry {
    uint16_t place;  // input * kPanel / 2, so that 8 * place is the offset in bytes
    uint16_t value;
};

class Rows {
    std::vector<uint32_t> starts_{0};
    std::vector<Entry> entries_;

  public:
    explicit Rows(const std::vector<float>& pixels) {
        for (size_t image = 0; image < pixels.size(); image += kPixels) {
            for (int k = 0; k < kPixels; ++k) {
                uint32_t bits;
                std::memcpy(&bits, &pixels[image + k], 4);
                if (bits != 0) entries_.push_back({uint16_t(k * kPanel / 2), uint16_t(bits >> 16)});
            }
            // Zeros up to a whole round of partial sums.
            while (entries_.size() % kSums != 0) entries_.push_back({0, 0});
            starts_.push_back(uint32_t(entries_.size()));
        }
    }

    const Entry* begin(int image) const { return &entries_[starts_[image]]; }
    const Entry* end(int image) const { return entries_.data() + starts_[image + 1]; }

    void prefetch(int image) const {
        for (const char *p = reinterpret_cast<const char*>(begin(image)), *last = reinterpret_cast<const char*>(end(image));
             p < last; p += 64)
            _mm_prefetch(p, _MM_HINT_T0);
    }
};

// The data as the specialist needs them, made before the watch starts.
struct Images {
    Rows training, test;
    std::vector<uint8_t> labels, test_labels;

    explicit Images(const Data& data)
        : training(data.x), test(data.test_x), labels(data.labels), test_labels(data.test_labels) {}
};

template <int Hidden, int Batch, bool quadratic>
class Network {
    static constexpr int kHidden = padded(Hidden);

    const Images& images_;
    alignas(64) float w1_[kPixels * kHidden];  // panels; the weights are decay_ times these
    alignas(64) float b1_[kHidden];
    alignas(64) float w2_[kOutputs * kHidden];
    alignas(64) float b2_[kOutputLanes];
    alignas(64) float a1_[Batch * kHidden], d1_[Batch * kHidden];
    alignas(64) float a2_[Batch * kOutputLanes], d2_[Batch * kOutputLanes];
    alignas(64) float targets_[kOutputs * kOutputLanes] = {};
    alignas(64) float neurons_[kLanes] = {};  // 1 for those of the last register that are no padding
    alignas(64) float outputs_[kTestImages * kOutputLanes];
    float decay_ = 1.0f;

    // Calls f<V>(first neuron) for every panel, which has V registers an input.
    template <class F>
    static void for_each_panel(F&& f) {
        constexpr int whole = kHidden / kPanel * kPanel, rest = kHidden - whole;
        for (int first = 0; first < whole; first += kPanel) f(std::integral_constant<int, kPanel / kLanes>(), first);
        if constexpr (rest > 0) f(std::integral_constant<int, rest / kLanes>(), whole);
    }

    // Where the weights of an entry's input begin in a panel of V registers an input.
    template <int V>
    static float* at(float* panel, const Entry& entry) {
        constexpr int divisor = kPanel / (V * kLanes);
        return reinterpret_cast<float*>(reinterpret_cast<char*>(panel) + size_t(entry.place) * 8 / divisor);
    }

    // z = decay W x + b of one panel
    template <int V>
    void product(const Entry* entry, const Entry* end, int first, float* z) {
        float* panel = w1_ + first * kPixels;
        Vector sums[kSums][V];
        for (auto& sum : sums)
            for (auto& s : sum) s = zero();
        for (; entry < end; entry += kSums)
            for (int i = 0; i < kSums; ++i) {
                const float* w = at<V>(panel, entry[i]);
                const Vector x = splat_upper_half(entry + i);
                for (int v = 0; v < V; ++v) sums[i][v] = multiply_add(x, read(w + v * kLanes), sums[i][v]);
            }
        const Vector decay = splat(decay_);
        for (int v = 0; v < V; ++v) {
            Vector sum = sums[0][v];
            for (int i = 1; i < kSums; ++i) sum = sum + sums[i][v];
            const int j = first + v * kLanes;
            write(z + j, multiply_add(decay, sum, read(b1_ + j)));
        }
    }

    // W += delta x^T of one panel
    template <int V>
    void add_product(const Entry* entry, const Entry* end, int first, const float* delta) {
        float* panel = w1_ + first * kPixels;
        Vector d[V];
        for (int v = 0; v < V; ++v) d[v] = read(delta + first + v * kLanes);
        for (; entry < end; ++entry) {
            float* w = at<V>(panel, *entry);
            const Vector x = splat_upper_half(entry);
            for (int v = 0; v < V; ++v) write(w + v * kLanes, multiply_add(x, d[v], read(w + v * kLanes)));
        }
    }

    // a2 of one image from its a1
    void output(const float* a1, float* a2) {
        Vector sums[kOutputs];
        for (auto& sum : sums) sum = zero();
        for (int j = 0; j < kHidden; j += kLanes) {
            const Vector a = read(a1 + j);
            for (int k = 0; k < kOutputs; ++k) sums[k] = multiply_add(a, read(w2_ + k * kHidden + j), sums[k]);
        }
        _mm256_store_ps(a2, sums_of_8(sums));
        _mm256_store_ps(a2 + 8, sums_of_2(sums + 8));
        for (int k = 0; k < kOutputLanes; k += kLanes) write(a2 + k, sigmoid(read(a2 + k) + read(b2_ + k)));
    }

    // a1 = sigmoid(z) of one image. The padding becomes 0, so that its weights w2 stay 0 and with them its errors.
    void activate(float* a1) {
        for (int j = 0; j < kHidden; j += kLanes) write(a1 + j, sigmoid(read(a1 + j)));
        if constexpr (kHidden > Hidden) {
            constexpr int last = kHidden - kLanes;
            write(a1 + last, read(a1 + last) * read(neurons_));
        }
    }

    // d2 of one image, times -rate
    void output_error(int r, int label, Vector minus_rate) {
        for (int k = 0; k < kOutputLanes; k += kLanes) {
            const Vector a = read(a2_ + r * kOutputLanes + k);
            Vector d = (a - read(targets_ + label * kOutputLanes + k)) * minus_rate;
            if (quadratic) d = d * a * (splat(1.0f) - a);
            write(d2_ + r * kOutputLanes + k, d);
        }
    }

    // d1 = W2^T d2 a1 (1 - a1) of one image
    void hidden_error(int r) {
        const float* d2 = d2_ + r * kOutputLanes;
        for (int j = 0; j < kHidden; j += kLanes) {
            Vector even = zero(), odd = zero();
            for (int k = 0; k < kOutputs; k += 2) {
                even = multiply_add(splat(d2[k]), read(w2_ + k * kHidden + j), even);
                odd = multiply_add(splat(d2[k + 1]), read(w2_ + (k + 1) * kHidden + j), odd);
            }
            const Vector a = read(a1_ + r * kHidden + j);
            write(d1_ + r * kHidden + j, (even + odd) * a * (splat(1.0f) - a));
        }
    }

    // W2 = decay W2 + d2 a1^T, b2 += d2, b1 += d1, over the mini-batch
    void update_small(float decay) {
        for (int j = 0; j < kHidden; j += kLanes) {
            Vector w[kOutputs], b = read(b1_ + j);
            for (int k = 0; k < kOutputs; ++k) w[k] = read(w2_ + k * kHidden + j) * splat(decay);
            for (int r = 0; r < Batch; ++r) {
                const Vector a = read(a1_ + r * kHidden + j);
                const float* d2 = d2_ + r * kOutputLanes;
                for (int k = 0; k < kOutputs; ++k) w[k] = multiply_add(a, splat(d2[k]), w[k]);
                b = b + read(d1_ + r * kHidden + j);
            }
            for (int k = 0; k < kOutputs; ++k) write(w2_ + k * kHidden + j, w[k]);
            write(b1_ + j, b);
        }
        for (int k = 0; k < kOutputLanes; k += kLanes) {
            Vector b = read(b2_ + k);
            for (int r = 0; r < Batch; ++r) b = b + read(d2_ + r * kOutputLanes + k);
            write(b2_ + k, b);
        }
    }

    void apply_decay() {
        for (int i = 0; i < kPixels * kHidden; i += kLanes) write(w1_ + i, read(w1_ + i) * splat(decay_));
        decay_ = 1.0f;
    }

    static float* weight(float* w1, int in, int out) {
        const int first = out / kPanel * kPanel;
        const int width = std::min(kPanel, kHidden - first);
        return w1 + first * kPixels + in * width + out - first;
    }

  public:
    explicit Network(const Images& images) : images_(images) {
        std::fill_n(neurons_, Hidden - (kHidden - kLanes), 1.0f);
        for (int k = 0; k < kOutputs; ++k) targets_[k * kOutputLanes + k] = 1.0f;
    }

    void load(const Workload& workload, uint64_t seed) {
        SplitMix64 random(seed);
        std::fill(std::begin(w1_), std::end(w1_), 0.0f);
        std::fill(std::begin(b1_), std::end(b1_), 0.0f);
        std::fill(std::begin(w2_), std::end(w2_), 0.0f);
        std::fill(std::begin(b2_), std::end(b2_), 0.0f);
        const double scale1 = workload.scale(kPixels), scale2 = workload.scale(Hidden);
        for (int in = 0; in < kPixels; ++in)
            for (int out = 0; out < Hidden; ++out) *weight(w1_, in, out) = float(random.normal() * scale1);
        for (int out = 0; out < Hidden; ++out) b1_[out] = float(random.normal());
        for (int in = 0; in < Hidden; ++in)
            for (int out = 0; out < kOutputs; ++out) w2_[out * kHidden + in] = float(random.normal() * scale2);
        for (int out = 0; out < kOutputs; ++out) b2_[out] = float(random.normal());
        decay_ = 1.0f;
    }

    void epoch(const std::vector<int>& order, const Workload& workload) {
        const Rows& rows = images_.training;
        const float decay = float(workload.decay());
        const float minus_rate = -workload.eta / Batch;
        for (size_t begin = 0; begin < order.size(); begin += Batch) {
            const int* images = &order[begin];
            // The shuffled order defeats the hardware's prefetcher.
            constexpr int ahead = Batch == 1 ? 2 : Batch;
            if (begin + ahead + Batch <= order.size())
                for (int r = 0; r < Batch; ++r) rows.prefetch(images[ahead + r]);
            for_each_panel([&](auto v, int first) {
                for (int r = 0; r < Batch; ++r)
                    product<v>(rows.begin(images[r]), rows.end(images[r]), first, a1_ + r * kHidden);
            });
            for (int r = 0; r < Batch; ++r) {
                activate(a1_ + r * kHidden);
                output(a1_ + r * kHidden, a2_ + r * kOutputLanes);
                output_error(r, images_.labels[images[r]], splat(minus_rate));
                hidden_error(r);
            }
            update_small(decay);
            if (decay != 1.0f) {
                // The weights are decay_ times w1_: what is added has to be divided by it.
                decay_ *= decay;
                const Vector factor = splat(1.0f / decay_);
                for (int i = 0; i < Batch * kHidden; i += kLanes) write(d1_ + i, read(d1_ + i) * factor);
            }
            for_each_panel([&](auto v, int first) {
                for (int r = 0; r < Batch; ++r)
                    add_product<v>(rows.begin(images[r]), rows.end(images[r]), first, d1_ + r * kHidden);
            });
        }
        apply_decay();
    }

    // The outputs for all test images, in blocks that stay in the cache.
    void forward() {
        const Rows& rows = images_.test;
        constexpr int block = 20;
        alignas(64) static thread_local float a1[block * kHidden];
        for (int begin = 0; begin < kTestImages; begin += block) {
            for_each_panel([&](auto v, int first) {
                for (int r = 0; r < block; ++r)
                    product<v>(rows.begin(begin + r), rows.end(begin + r), first, a1 + r * kHidden);
            });
            for (int r = 0; r < block; ++r) {
                activate(a1 + r * kHidden);
                output(a1 + r * kHidden, outputs_ + (begin + r) * kOutputLanes);
            }
        }
    }

    double accuracy() {
        forward();
        int correct = 0;
        for (int image = 0; image < kTestImages; ++image) {
            const float* a = outputs_ + image * kOutputLanes;
            correct += std::max_element(a, a + kOutputs) - a == images_.test_labels[image];
        }
        return 100.0 * correct / kTestImages;
    }
};

template <class Net>
void run_network(const Arguments& arguments, const Workload& workload) {
    const Images images{Data(arguments.data)};
    if (images.test_labels.size() != kTestImages) throw std::runtime_error("not 10000 test images in " + arguments.data);
    run("specialist", kInstructions, arguments, workload, [&] { return std::make_unique<Net>(images); });
}

// The exit status for a workload that this program cannot train.
constexpr int kNotExpressible = 3;

int main(int argc, char** argv) try {
    // The threads of a sweep inherit both: subnormal numbers are taken for 0.
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
    _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
    const Arguments arguments = parse(argc, argv);
    const Workload workload = read_workload(arguments.workloads, arguments.workload, arguments.check);
    const std::string key = workload.key();
    if (key == "784-30-10 quadratic 10") run_network<Network<30, 10, true>>(arguments, workload);
    else if (key == "784-30-10 quadratic 1") run_network<Network<30, 1, true>>(arguments, workload);
    else if (key == "784-100-10 cross-entropy 10") run_network<Network<100, 10, false>>(arguments, workload);
    else if (key == "784-100-10 cross-entropy 100") run_network<Network<100, 100, false>>(arguments, workload);
    else {
        std::fprintf(stderr, "peer-specialist: not written for %s\n", workload.id.c_str());
        return kNotExpressible;
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "peer-specialist: %s\n", error.what());
    return 1;
}
