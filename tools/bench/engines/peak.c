// peak THREADS SECONDS [registers]: what the cores could do at most, as JSON on one line; with the last word only
// fp32 with AVX2, and the mean of stretches instead of the best: how fast the cores are at the moment.
//
// fp32: 10^9 operations a second (two for each multiply-add) of multiply-adds between registers, int8: the same of bytes
// (unsigned times signed, summed in 32 bits at the end), each by instruction set; read: 10^9 bytes a second from memory. Each is the
// best of five stretches, all threads at once.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if !defined(__x86_64__)
#error "peak: written for x86-64"
#endif
#include <immintrin.h>

#define REPEATS 100000
#define STRETCHES 5
#define READ_BYTES ((size_t)256 << 20) // of each thread: more than any cache

// Eight independent sums or more hide the latency of each unit.
#define EIGHT(do) do(0) do(1) do(2) do(3) do(4) do(5) do(6) do(7)
#define TWELVE(do) EIGHT(do) do(8) do(9) do(10) do(11)

// Keeps the compiler from foreseeing a value, from taking a product out of the loop, and from dropping a result.
#define UNKNOWN(x) __asm__ volatile("" : "+x"(x));
#define UNKNOWN_512(x) __asm__ volatile("" : "+v"(x));

__attribute__((target("avx2,fma"))) static double fp32_avx2(const char *unused) {
    (void)unused;
    __m256 x = _mm256_set1_ps(1.0f), y = _mm256_set1_ps(1e-9f);
    UNKNOWN(x) UNKNOWN(y)
#define BEGIN(i) __m256 sum##i = x; UNKNOWN(sum##i)
    TWELVE(BEGIN)
#undef BEGIN
    for (int r = 0; r < REPEATS; r++) {
#define STEP(i) sum##i = _mm256_fmadd_ps(x, y, sum##i);
        TWELVE(STEP)
#undef STEP
    }
#define END(i) UNKNOWN(sum##i)
    TWELVE(END)
#undef END
    return 12.0 * 8 * 2 * REPEATS;
}

__attribute__((target("avx512f"))) static double fp32_avx512(const char *unused) {
    (void)unused;
    __m512 x = _mm512_set1_ps(1.0f), y = _mm512_set1_ps(1e-9f);
    UNKNOWN_512(x) UNKNOWN_512(y)
#define BEGIN(i) __m512 sum##i = x; UNKNOWN_512(sum##i)
    TWELVE(BEGIN)
#undef BEGIN
    for (int r = 0; r < REPEATS; r++) {
#define STEP(i) sum##i = _mm512_fmadd_ps(x, y, sum##i);
        TWELVE(STEP)
#undef STEP
    }
#define END(i) UNKNOWN_512(sum##i)
    TWELVE(END)
#undef END
    return 12.0 * 16 * 2 * REPEATS;
}

// Eight products to each 16-bit sum before it is widened: as many as can be exact.
__attribute__((target("avx2"))) static double int8_avx2(const char *unused) {
    (void)unused;
    __m256i u = _mm256_set1_epi8(3), s = _mm256_set1_epi8(-2), ones = _mm256_set1_epi16(1);
#define BEGIN(i) __m256i sum##i = ones; UNKNOWN(sum##i)
    EIGHT(BEGIN)
#undef BEGIN
    for (int r = 0; r < REPEATS; r++) {
#define PRODUCT(name) \
    UNKNOWN(u) \
    __m256i name = _mm256_maddubs_epi16(u, s);
#define STEP(i) { \
        PRODUCT(a) PRODUCT(b) PRODUCT(c) PRODUCT(d) \
        a = _mm256_add_epi16(_mm256_add_epi16(a, b), _mm256_add_epi16(c, d)); \
        sum##i = _mm256_add_epi32(sum##i, _mm256_madd_epi16(a, ones)); \
    }
        EIGHT(STEP)
#undef STEP
#undef PRODUCT
    }
#define END(i) UNKNOWN(sum##i)
    EIGHT(END)
#undef END
    return 8.0 * 4 * 32 * 2 * REPEATS;
}

__attribute__((target("avx512f,avx512bw"))) static double int8_avx512(const char *unused) {
    (void)unused;
    __m512i u = _mm512_set1_epi8(3), s = _mm512_set1_epi8(-2), ones = _mm512_set1_epi16(1);
#define BEGIN(i) __m512i sum##i = ones; UNKNOWN_512(sum##i)
    EIGHT(BEGIN)
#undef BEGIN
    for (int r = 0; r < REPEATS; r++) {
#define STEP(i) \
    UNKNOWN_512(u) \
    sum##i = _mm512_add_epi32(sum##i, _mm512_madd_epi16(_mm512_maddubs_epi16(u, s), ones));
        EIGHT(STEP)
#undef STEP
    }
#define END(i) UNKNOWN_512(sum##i)
    EIGHT(END)
#undef END
    return 8.0 * 64 * 2 * REPEATS;
}

__attribute__((target("avx512f,avx512vnni"))) static double int8_vnni(const char *unused) {
    (void)unused;
    __m512i u = _mm512_set1_epi8(3), s = _mm512_set1_epi8(-2);
#define BEGIN(i) __m512i sum##i = s; UNKNOWN_512(sum##i)
    TWELVE(BEGIN)
#undef BEGIN
    for (int r = 0; r < REPEATS; r++) {
#define STEP(i) sum##i = _mm512_dpbusd_epi32(sum##i, u, s);
        TWELVE(STEP)
#undef STEP
    }
#define END(i) UNKNOWN_512(sum##i)
    TWELVE(END)
#undef END
    return 12.0 * 64 * 2 * REPEATS;
}

__attribute__((target("avx2"))) static double read_memory(const char *memory) {
    __m256i a = _mm256_setzero_si256(), b = a;
    for (size_t i = 0; i < READ_BYTES; i += 64) {
        a = _mm256_xor_si256(a, _mm256_load_si256((const __m256i *)(memory + i)));
        b = _mm256_xor_si256(b, _mm256_load_si256((const __m256i *)(memory + i + 32)));
    }
    UNKNOWN(a)
    UNKNOWN(b)
    return (double)READ_BYTES;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct {
    double (*kernel)(const char *);
    double seconds; // of a stretch
    const char *memory;
    pthread_barrier_t *start;
    double rates[STRETCHES];
} job;

static void *work(void *argument) {
    job *j = argument;
    for (int stretch = 0; stretch < STRETCHES; stretch++) {
        pthread_barrier_wait(j->start);
        double begin = now(), end = begin, done = 0;
        while (end - begin < j->seconds) {
            done += j->kernel(j->memory);
            end = now();
        }
        j->rates[stretch] = done / (end - begin);
    }
    return NULL;
}

// The best stretch of all threads together, in 10^9 a second.
// `mean`: their mean instead.
static double rate(double (*kernel)(const char *), int threads, double seconds, char **memory, int mean) {
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, (unsigned)threads);
    job *jobs = calloc((size_t)threads, sizeof *jobs);
    pthread_t *ids = calloc((size_t)threads, sizeof *ids);
    if (!jobs || !ids) abort();
    for (int i = 0; i < threads; i++) {
        jobs[i] = (job){kernel, seconds / STRETCHES, memory ? memory[i] : NULL, &start, {0}};
        if (pthread_create(&ids[i], NULL, work, &jobs[i])) abort();
    }
    for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
    double most = 0, all = 0;
    for (int stretch = 0; stretch < STRETCHES; stretch++) {
        double sum = 0;
        for (int i = 0; i < threads; i++) sum += jobs[i].rates[stretch];
        if (sum > most) most = sum;
        all += sum;
    }
    free(jobs);
    free(ids);
    return (mean ? all / STRETCHES : most) / 1e9;
}

static double best(double (*kernel)(const char *), int threads, double seconds, char **memory) {
    return rate(kernel, threads, seconds, memory, 0);
}

static void print_all(int threads, double seconds) {
    int avx512 = __builtin_cpu_supports("avx512f"), bytes512 = avx512 && __builtin_cpu_supports("avx512bw");
    int vnni = avx512 && __builtin_cpu_supports("avx512vnni");
    double part = seconds / (3 + avx512 + bytes512 + vnni);
    printf("{\"fp32\": {\"avx2\": %.2f", best(fp32_avx2, threads, part, NULL));
    if (avx512) printf(", \"avx512\": %.2f", best(fp32_avx512, threads, part, NULL));
    printf("}, \"int8\": {\"avx2\": %.2f", best(int8_avx2, threads, part, NULL));
    if (bytes512) printf(", \"avx512\": %.2f", best(int8_avx512, threads, part, NULL));
    if (vnni) printf(", \"avx512_vnni\": %.2f", best(int8_vnni, threads, part, NULL));

    char **memory = calloc((size_t)threads, sizeof *memory);
    if (!memory) abort();
    for (int i = 0; i < threads; i++) {
        memory[i] = aligned_alloc(64, READ_BYTES);
        if (!memory[i]) abort();
        for (size_t k = 0; k < READ_BYTES; k += 4096) memory[i][k] = 1; // otherwise all would be the page of zeros
    }
    printf("}, \"read\": %.2f}\n", best(read_memory, threads, part, memory));
    for (int i = 0; i < threads; i++) free(memory[i]);
    free(memory);
}

int main(int count, char **words) {
    int registers = count == 4 && strcmp(words[3], "registers") == 0;
    int threads = count == 3 || registers ? atoi(words[1]) : 0;
    double seconds = threads ? atof(words[2]) : 0;
    if (threads < 1 || threads > 1024 || seconds <= 0) {
        fprintf(stderr, "peak: expected THREADS SECONDS [registers]\n");
        return 1;
    }
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        fprintf(stderr, "peak: this processor has no AVX2 and FMA\n");
        return 1;
    }
    if (registers) {
        printf("%.2f\n", rate(fp32_avx2, threads, seconds, NULL, 1));
    } else {
        print_all(threads, seconds);
    }
    return 0;
}
