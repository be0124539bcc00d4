// Checks of what stands behind a flag, each with a sentence that says what is possible.
#pragma once

#include <CLI/CLI.hpp>
#include <initializer_list>
#include <string>
#include <vector>

namespace antiphon {

/// A whole number from `least` to `most`.
CLI::Validator wholeNumber(long least, long most);
/// A number from `least` to `most`; `unit` is for the sentence.
CLI::Validator number(double least, double most, const std::string& unit);
CLI::Validator oneOf(std::vector<std::string> choices);
CLI::Validator meterText();
CLI::Validator triggerText();
CLI::Validator singleKey();

/// `--gen_measures` is `--gen-measures`: the older bridge's spelling goes on working.
std::vector<std::string> withHyphens(int argc, const char* const* argv);

}  // namespace antiphon
