// The widest registers of 32-bit floats that the compiler may use, under one set of names.
#pragma once

#include <immintrin.h>

#if defined(__AVX512F__)

using Vector = __m512;
constexpr int kLanes = 16;
constexpr const char* kInstructions = "AVX-512";

inline Vector zero() { return _mm512_setzero_ps(); }
inline Vector splat(float x) { return _mm512_set1_ps(x); }
inline Vector read(const float* p) { return _mm512_load_ps(p); }
inline void write(float* p, Vector v) { _mm512_store_ps(p, v); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
inline Vector negative_multiply_add(Vector a, Vector b, Vector c) { return _mm512_fnmadd_ps(a, b, c); }
inline Vector minimum(Vector a, Vector b) { return _mm512_min_ps(a, b); }
inline Vector maximum(Vector a, Vector b) { return _mm512_max_ps(a, b); }
inline __m512i bits(Vector v) { return _mm512_castps_si512(v); }
inline Vector power_of_two(Vector shifted) { return _mm512_castsi512_ps(_mm512_slli_epi32(bits(shifted), 23)); }
// The float whose upper half is the upper half of the 32 bits at p.
inline Vector splat_upper_half(const void* p) {
    return _mm512_castsi512_ps(
        _mm512_and_si512(_mm512_set1_epi32(*static_cast<const int*>(p)), _mm512_set1_epi32(int(0xffff0000))));
}
// Lanes 0 to 7 plus lanes 8 to 15.
inline __m256 halves(Vector v) {
    return _mm256_add_ps(_mm512_castps512_ps256(v), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1)));
}

#elif defined(__AVX2__) && defined(__FMA__)

using Vector = __m256;
constexpr int kLanes = 8;
constexpr const char* kInstructions = "AVX2";

inline Vector zero() { return _mm256_setzero_ps(); }
inline Vector splat(float x) { return _mm256_set1_ps(x); }
inline Vector read(const float* p) { return _mm256_load_ps(p); }
inline void write(float* p, Vector v) { _mm256_store_ps(p, v); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
inline Vector negative_multiply_add(Vector a, Vector b, Vector c) { return _mm256_fnmadd_ps(a, b, c); }
inline Vector minimum(Vector a, Vector b) { return _mm256_min_ps(a, b); }
inline Vector maximum(Vector a, Vector b) { return _mm256_max_ps(a, b); }
inline __m256i bits(Vector v) { return _mm256_castps_si256(v); }
inline Vector power_of_two(Vector shifted) { return _mm256_castsi256_ps(_mm256_slli_epi32(bits(shifted), 23)); }
// The float whose upper half is the upper half of the 32 bits at p.
inline Vector splat_upper_half(const void* p) {
    return _mm256_castsi256_ps(
        _mm256_and_si256(_mm256_set1_epi32(*static_cast<const int*>(p)), _mm256_set1_epi32(int(0xffff0000))));
}
inline __m256 halves(Vector v) { return v; }

#else
#error "the specialist needs AVX-512, or AVX2 with FMA"
#endif

// Whole registers for n floats.
constexpr int padded(int n) { return (n + kLanes - 1) / kLanes * kLanes; }

// 1 / (1 + e^-z), to about 2 units in the last place where it is not tiny.
inline Vector sigmoid(Vector z) {
    // Within these bounds e^-z and its reciprocal are normal numbers.
    const Vector x = minimum(maximum(zero() - z, splat(-87.0f)), splat(87.0f));
    // x = n ln 2 + r; the lowest bits of `shifted` are n + 127, the exponent of 2^n.
    const Vector magic = splat(12582912.0f + 127.0f);
    const Vector shifted = multiply_add(x, splat(1.44269504f), magic);
    const Vector n = shifted - magic;
    Vector r = negative_multiply_add(n, splat(0.693359375f), x);
    r = negative_multiply_add(n, splat(-2.12194440e-4f), r);
    // Cephes' polynomial for e^r, |r| <= ln 2 / 2.
    Vector p = splat(1.9875691500e-4f);
    p = multiply_add(p, r, splat(1.3981999507e-3f));
    p = multiply_add(p, r, splat(8.3334519073e-3f));
    p = multiply_add(p, r, splat(4.1665795894e-2f));
    p = multiply_add(p, r, splat(1.6666665459e-1f));
    p = multiply_add(p, r, splat(5.0000001201e-1f));
    p = multiply_add(p, r * r, r + splat(1.0f));
    return splat(1.0f) / multiply_add(p, power_of_two(shifted), splat(1.0f));
}

// The sums of the lanes of eight registers.
inline __m256 sums_of_8(const Vector* v) {
    auto add = [](__m256 a, __m256 b) { return _mm256_hadd_ps(a, b); };
    const __m256 low = add(add(halves(v[0]), halves(v[1])), add(halves(v[2]), halves(v[3])));
    const __m256 high = add(add(halves(v[4]), halves(v[5])), add(halves(v[6]), halves(v[7])));
    return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31));
}

// The sums of the lanes of two registers, in lanes 0 and 1; the other lanes are 0.
inline __m256 sums_of_2(const Vector* v) {
    const __m256 pairs = _mm256_hadd_ps(halves(v[0]), halves(v[1]));  // a a b b | a a b b
    const __m128 quarter = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
    const __m128 sums = _mm_hadd_ps(quarter, quarter);  // a b a b
    return _mm256_zextps128_ps256(_mm_movelh_ps(sums, _mm_setzero_ps()));
}
