// C++ with Eigen: layers of a size known when compiled (dynamic for the wide network), buffers
// made once, activations and products fused into as few expressions as Eigen allows.
//
// Images are columns: a layer computes a = f(W x + b) for a mini-batch of columns at once.
// The neurons of a layer are padded with zeros to whole SIMD registers, which Eigen needs to do
// without scalar remainders; the padding's weights, activations and deltas are zero and stay zero.

#include "../common.hpp"

#include <Eigen/Dense>

#include <memory>
#include <tuple>

using Eigen::Dynamic;
using Eigen::Map;
using Eigen::MatrixXf;

enum class Kind { Sigmoid, Relu, Softmax };

// Whole registers for a fixed number of neurons. The wide network's sizes are multiples already.
constexpr int padded(int neurons) {
    constexpr int packet = Eigen::internal::packet_traits<float>::size;
    return neurons == kPixels || neurons == Dynamic ? neurons : (neurons + packet - 1) / packet * packet;
}

template <int Rows, int Columns>
using Mat = Eigen::Matrix<float, Rows, Columns>;

template <Kind kind, class Z>
void activate(Z&& z) {
    if constexpr (kind == Kind::Sigmoid) {
        z = z.array().logistic().matrix();
    } else if constexpr (kind == Kind::Relu) {
        z = z.cwiseMax(0.0f);
    } else {
        z.rowwise() -= z.colwise().maxCoeff().eval();
        z = z.array().exp().matrix();
        z.array().rowwise() /= z.colwise().sum().array().eval();
    }
}

// One layer and its buffers. In and Out fixed or Dynamic; Batch the columns of a full mini-batch.
template <int In, int Out, int Batch, Kind kind>
struct Layer {
    static constexpr int kOut = padded(Out);
    Mat<kOut, padded(In)> w;
    Mat<kOut, 1> b;
    Mat<kOut, Batch> a, delta;
    const int in, out;

    Layer(int in, int out, int batch)
        : w(Out == Dynamic ? out : kOut, In == Dynamic ? in : padded(In)), b(w.rows()), a(w.rows(), batch),
          delta(w.rows(), batch), in(in), out(out) {}

    template <class X, class A>
    void forward(const X& x, A& result) const {
        result.noalias() = w * x;
        result.colwise() += b;
        activate<kind>(result);
        if constexpr (kOut > Out) result.template bottomRows<kOut - Out>().setZero();
    }

    // delta <- delta f'(z), by way of a = f(z)
    void times_slope() {
        if constexpr (kind == Kind::Sigmoid) {
            delta.array() *= a.array() * (1.0f - a.array());
        } else if constexpr (kind == Kind::Relu) {
            delta.array() *= (a.array() > 0.0f).template cast<float>();
        }
    }

    template <class X>
    void update(const X& x, float rate, float decay) {
        // Scaling delta costs less than scaling the product.
        delta *= rate;
        if (decay != 1.0f) w *= decay;
        w.noalias() -= delta * x.transpose();
        b.noalias() -= delta.rowwise().sum();
    }
};

template <bool quadratic, int Batch, class... Layers>
class Network {
    std::tuple<Layers...> layers_;
    const Data& data_;
    Mat<kPixels, Batch> x_;
    MatrixXf output_;
    static constexpr int kLast = sizeof...(Layers) - 1;

    template <int I, class X>
    void forward_from(const X& x) {
        auto& layer = std::get<I>(layers_);
        layer.forward(x, layer.a);
        if constexpr (I < kLast) forward_from<I + 1>(std::get<I>(layers_).a);
    }

    template <int I>
    void backward_from(float rate, float decay) {
        auto& layer = std::get<I>(layers_);
        if constexpr (I == 0) {
            layer.update(x_, rate, decay);
        } else {
            auto& below = std::get<I - 1>(layers_);
            below.delta.noalias() = layer.w.transpose() * layer.delta;
            below.times_slope();
            layer.update(below.a, rate, decay);
            backward_from<I - 1>(rate, decay);
        }
    }

    // Only a dynamic network changes its number of columns: for the last mini-batch and the test.
    void resize(int columns) {
        if constexpr (Batch == Dynamic) {
            if (x_.cols() == columns) return;
            x_.resize(kPixels, columns);
            std::apply([&](auto&... l) { ((l.a.resize(l.w.rows(), columns), l.delta.resize(l.w.rows(), columns)), ...); },
                       layers_);
        }
    }

  public:
    Network(const Data& data, const std::vector<int>& sizes, int batch)
        : Network(data, sizes, batch, std::index_sequence_for<Layers...>{}) {}

    template <size_t... I>
    Network(const Data& data, const std::vector<int>& sizes, int batch, std::index_sequence<I...>)
        : layers_(Layers(sizes[I], sizes[I + 1], batch)...), data_(data), x_(kPixels, batch) {}

    void load(const Workload& workload, uint64_t seed) {
        SplitMix64 random(seed);
        auto fill = [&](auto& layer) {
            double scale = workload.scale(layer.in);
            layer.w.setZero();
            for (int in = 0; in < layer.in; ++in)
                for (int out = 0; out < layer.out; ++out) layer.w(out, in) = float(random.normal() * scale);
            layer.b.setZero();
            if (workload.init != "he")
                for (int out = 0; out < layer.out; ++out) layer.b[out] = float(random.normal());
        };
        std::apply([&](auto&... layer) { (fill(layer), ...); }, layers_);
    }

    void epoch(const std::vector<int>& order, const Workload& workload) {
        const float decay = float(workload.decay());
        auto& output = std::get<kLast>(layers_);
        for (int begin = 0; begin < int(order.size()); begin += workload.batch) {
            int columns = std::min<int>(workload.batch, order.size() - begin);
            resize(columns);
            for (int k = 0; k < columns; ++k)
                x_.col(k) = Map<const Mat<kPixels, 1>>(&data_.x[size_t(order[begin + k]) * kPixels]);
            forward_from<0>(x_);
            output.delta = output.a;
            for (int k = 0; k < columns; ++k) output.delta(data_.labels[order[begin + k]], k) -= 1.0f;
            if constexpr (quadratic) output.times_slope();
            backward_from<kLast>(workload.eta / columns, decay);
        }
    }

    // The outputs for all test images, in blocks that stay in the cache.
    void forward() {
        const int columns = int(data_.test_labels.size());
        std::apply([&](auto&... layer) { forward_blocks(data_.test_x.data(), columns, output_, layer...); }, layers_);
    }

    double accuracy() {
        forward();
        int correct = 0;
        for (int k = 0; k < output_.cols(); ++k) {
            Eigen::Index best;
            output_.col(k).maxCoeff(&best);
            correct += best == data_.test_labels[k];
        }
        return 100.0 * correct / output_.cols();
    }

    template <class First, class... Rest>
    static void forward_blocks(const float* x, int columns, MatrixXf& out, const First& first, const Rest&... rest) {
        constexpr int kBlock = 250;
        out.resize(10, columns);
        MatrixXf a, next;
        for (int begin = 0; begin < columns; begin += kBlock) {
            int n = std::min(kBlock, columns - begin);
            Map<const MatrixXf> block(x + size_t(begin) * kPixels, kPixels, n);
            first.forward(block, a);
            ((rest.forward(a, next), a.swap(next)), ...);
            out.middleCols(begin, n) = a.topRows(10);
        }
    }
};

template <bool quadratic, int Hidden, int Batch>
using OneHidden = Network<quadratic, Batch, Layer<kPixels, Hidden, Batch, Kind::Sigmoid>, Layer<Hidden, 10, Batch, Kind::Sigmoid>>;

template <int Batch>
using FourHidden = Network<false, Batch, Layer<kPixels, 30, Batch, Kind::Sigmoid>, Layer<30, 30, Batch, Kind::Sigmoid>,
                           Layer<30, 30, Batch, Kind::Sigmoid>, Layer<30, 30, Batch, Kind::Sigmoid>,
                           Layer<30, 10, Batch, Kind::Sigmoid>>;

using Wide = Network<false, Dynamic, Layer<Dynamic, Dynamic, Dynamic, Kind::Relu>, Layer<Dynamic, Dynamic, Dynamic, Kind::Relu>,
                     Layer<Dynamic, Dynamic, Dynamic, Kind::Softmax>>;

template <class Net>
void run_network(const Arguments& arguments, const Workload& workload) {
    const Data data(arguments.data);
    std::vector<int> sizes;
    std::stringstream stream(workload.sizes);
    for (std::string size; std::getline(stream, size, '-');) sizes.push_back(std::stoi(size));
    std::ostringstream version;
    version << EIGEN_WORLD_VERSION << '.' << EIGEN_MAJOR_VERSION << '.' << EIGEN_MINOR_VERSION;
    run("eigen", version.str(), arguments, workload, [&] { return std::make_unique<Net>(data, sizes, workload.batch); });
}

int main(int argc, char** argv) try {
    const Arguments arguments = parse(argc, argv);
    const Workload workload = read_workload(arguments.workloads, arguments.workload, arguments.check);
    const std::string key = workload.key();
    if (key == "784-30-10 quadratic 10") run_network<OneHidden<true, 30, 10>>(arguments, workload);
    else if (key == "784-30-10 quadratic 1") run_network<OneHidden<true, 30, 1>>(arguments, workload);
    else if (key == "784-100-10 cross-entropy 10") run_network<OneHidden<false, 100, 10>>(arguments, workload);
    else if (key == "784-100-10 cross-entropy 100") run_network<OneHidden<false, 100, 100>>(arguments, workload);
    else if (key == "784-30-30-30-30-10 cross-entropy 10") run_network<FourHidden<10>>(arguments, workload);
    else if (key == "784-800-800-10 log-likelihood 128") run_network<Wide>(arguments, workload);
    else {
        std::fprintf(stderr, "peer-eigen: no network compiled for %s\n", key.c_str());
        return 3;
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "peer-eigen: %s\n", error.what());
    return 1;
}
