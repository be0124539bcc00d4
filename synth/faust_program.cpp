#include "synth/faust_program.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace antiphon::synth {
namespace {

using faust_door::Control;
using nlohmann::json;

constexpr std::size_t kMostMemory = std::size_t{1} << 30;

std::string fromBase64(std::string_view text) {
  std::array<int, 256> worth;
  worth.fill(-1);
  int next = 0;
  for (const char c : std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"})
    worth[static_cast<unsigned char>(c)] = next++;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const int six = worth[static_cast<unsigned char>(c)];
    if (six < 0) throw std::runtime_error{"its machine code is cut off, or is none"};
    held = held << 6 | static_cast<std::uint32_t>(six);
    if ((bits += 6) < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xff);
  }
  return bytes;
}

/// Faust writes what stands in quotation marks as it is, and JSON does not.
std::string asJson(const char* said) {
  std::string text;
  for (; *said != 0; ++said) {
    if (*said == '\\' && said[1] != '"') text += '\\';
    text += static_cast<unsigned char>(*said) < ' ' ? ' ' : *said;
  }
  return text;
}

/// Metadata is a list of objects with one entry each.
std::string saidIn(const json& thing, const char* key) {
  if (!thing.contains("meta")) return {};
  for (const json& said : thing.at("meta"))
    if (said.contains(key)) return said.at(key).get<std::string>();
  return {};
}

}  // namespace

class FaustProgram::Playing final : public faust_door::Instance {
 public:
  Playing(const FaustProgram& program, int rate) : program_{program}, memory_(program.size_) {
    program.setUp_(memory_.data(), rate);
    for (int c = 0; c < program.controls(); ++c) set(c, program.control(c).usual);
    calm();
  }
  void set(int control, float value) override {
    std::memcpy(memory_.data() + program_.zones_[static_cast<std::size_t>(control)], &value, sizeof value);
  }
  void compute(int frames, float** in, float** out) override { program_.compute_(memory_.data(), frames, in, out); }
  void calm() override { program_.clear_(memory_.data()); }

 private:
  const FaustProgram& program_;
  std::vector<char> memory_;
};

/// How the compiler describes it: the groups of its sliders, nested.
class FaustProgram::Reading {
 public:
  explicit Reading(FaustProgram& program) : program_{program} {}

  void read(const json& said) {
    program_.inputs_ = said.at("inputs");
    program_.outputs_ = said.at("outputs");
    program_.size_ = said.at("size");
    if (program_.size_ > kMostMemory) throw std::runtime_error{"there is no memory for it"};
    program_.description_ = saidIn(said, "description");
    readGroup(said.at("ui"));
  }

 private:
  void readGroup(const json& items) {
    for (const json& item : items) {
      const std::string type = item.at("type");
      if (item.contains("items")) readGroup(item.at("items"));
      else if (type == "button") add(item, Control::Kind::button);
      else if (type == "checkbox") add(item, Control::Kind::checkbox);
      else if (type == "soundfile")
        throw std::runtime_error{"soundfile is not for modules here; the module sample plays files"};
      else if (type == "hslider" || type == "vslider" || type == "nentry") add(item, Control::Kind::slider);
    }
  }

  void add(const json& item, Control::Kind kind) {
    const std::size_t zone = item.at("index");
    if (zone > program_.size_ || program_.size_ - zone < sizeof(float))
      throw std::runtime_error{"a slider lies outside of it"};
    Control control{kind, kept(item.at("label")), kept(saidIn(item, "unit")), kept(saidIn(item, "scale")),
                    kept(saidIn(item, "tooltip"))};
    if (kind == Control::Kind::slider) {
      control.usual = item.at("init");
      control.least = item.at("min");
      control.most = item.at("max");
    }
    program_.controls_.push_back(control);
    program_.zones_.push_back(zone);
  }

  const char* kept(std::string text) { return program_.texts_.emplace_back(std::move(text)).c_str(); }

  FaustProgram& program_;
};

FaustProgram::FaustProgram(const std::string& code)
    : code_{fromBase64(code)},
      writeTables_{code_.function<void(int)>("classInitmydsp")},
      setUp_{code_.function<SetUp>("instanceConstantsmydsp")},
      clear_{code_.function<Clear>("instanceClearmydsp")},
      compute_{code_.function<Compute>("computemydsp")} {
  try {
    Reading{*this}.read(json::parse(asJson(code_.function<const char*()>("getJSONmydsp")())));
  } catch (const json::exception&) {
    throw std::runtime_error{"its description cannot be read: are its names plain text, in UTF-8?"};
  }
}

std::unique_ptr<faust_door::Instance> FaustProgram::start(int rate) {
  // They may be read at this moment: they are written once for each rate.
  if (rate != rate_) writeTables_(rate);
  rate_ = rate;
  return std::make_unique<Playing>(*this, rate);
}

}  // namespace antiphon::synth
