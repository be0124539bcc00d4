// How a file begins that is compiled for each vector unit, after it has said who it is:
//
//   #define ANTIPHON_PLAYED_MUCH  // where most of a patch's time goes
//   #define ANTIPHON_VECTORS "synth/modules/saw.cpp"
//   #include "synth/module_begin-inl.hpp"
//
// What stands between HWY_BEFORE_NAMESPACE() and HWY_AFTER_NAMESPACE(), in antiphon::synth::HWY_NAMESPACE, is compiled
// for each vector unit; what stands behind `#if HWY_ONCE`, once. Some such files may be compiled in one go
// (CMakeLists.txt): what reads them all has said then which file that is.

// No guard: it is read once for each vector unit.

// Every vector unit takes a second to compile for. SSE4 and AVX3_DL give these loops nothing; AVX-512 gives its
// thirty-two registers, which is heard of only where most of the time goes.
#ifndef HWY_DISABLED_TARGETS
#ifdef ANTIPHON_PLAYED_MUCH
#define HWY_DISABLED_TARGETS (HWY_SSE4 | HWY_AVX3_DL)
#else
#define HWY_DISABLED_TARGETS (HWY_SSE4 | HWY_AVX3_DL | HWY_AVX3)
#endif
#endif
#ifdef ANTIPHON_VECTORS_TOGETHER
#undef ANTIPHON_VECTORS
#else
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE ANTIPHON_VECTORS
#endif
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "synth/lanes-inl.hpp"
#include "synth/module.hpp"

// A processor without SSSE3 (the last was made in 2011) is left with each of eight numbers by itself, which took up to
// four times as long to compile as all vector units together. It comes last, so that nothing else is optimised less.
#if HWY_TARGET == HWY_SCALAR && defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O1")
#endif
