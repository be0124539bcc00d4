// Whether a sound can be read from a path at all, before anybody opens it.
#pragma once

#include <filesystem>
#include <string>

namespace antiphon::synth {

/// Why it cannot, to stand behind the file's name: "is not there"; empty: it can.
std::string whyNoPlainFile(const std::filesystem::path& file);

}  // namespace antiphon::synth
