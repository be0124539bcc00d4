// Sentences of advice with numbers in them.
#pragma once

#include <cstdio>
#include <string>

namespace antiphon::synth {

/// As printf writes it, at most 299 letters.
template <typename... Values>
std::string said(const char* format, Values... values) {
  char text[300];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

}  // namespace antiphon::synth
