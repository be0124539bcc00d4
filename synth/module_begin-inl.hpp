// How a module's file begins, after it has said who it is:
//
//   #undef HWY_TARGET_INCLUDE
//   #define HWY_TARGET_INCLUDE "synth/modules/saw.cpp"
//   #include "synth/module_begin-inl.hpp"
//
// What stands between HWY_BEFORE_NAMESPACE() and HWY_AFTER_NAMESPACE(), in antiphon::synth::HWY_NAMESPACE, is compiled
// for each vector unit; what stands behind `#if HWY_ONCE`, once.

// No guard: it is read once for each vector unit.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "synth/lanes-inl.hpp"
#include "synth/module.hpp"

// A processor without SSSE3 (the last was made in 2011) is left with each of eight numbers by itself, which took up to
// four times as long to compile as all vector units together. It comes last, so that nothing else is optimised less.
#if HWY_TARGET == HWY_SCALAR && defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O1")
#endif
