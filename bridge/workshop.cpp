#include "bridge/workshop.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "bridge/module_templates.hpp"
#include "bridge/shelf.hpp"
#include "synth/own_rack.hpp"
#include "synth/rehearsal.hpp"

namespace antiphon {
namespace {

using synth::OwnRack;
using synth::ownRack;
using synth::PatchError;

constexpr std::string_view kSourceSuffix = ".dsp";

const Workshop* serving = nullptr;

std::string textIn(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) throw PatchError{file.string() + " is not there"};
  // One more than is taken, so that what is too long is seen to be.
  std::string text(synth::Program::kLongestSource + 1, ' ');
  std::ifstream in{file, std::ios::binary};
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || !in.is_open()) throw PatchError{file.string() + " cannot be read"};
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace

Workshop::Workshop(synth::Desk& desk, std::filesystem::path folder) : desk_{desk}, folder_{std::move(folder)} {
  serving = this;
  ownRack().findBy({.find =
                        [this](const std::string& name) {
                          std::error_code none;
                          if (!folder_.empty() && std::filesystem::exists(fileOf(name), none)) take(name);
                        },
                    .names = [this] { return names(); }});
}

Workshop::~Workshop() {
  if (serving != this) return;
  serving = nullptr;
  ownRack().findBy({});
}

std::filesystem::path Workshop::fileOf(const std::string& name) const {
  return folder_ / (name + std::string{kSourceSuffix});
}

std::filesystem::path Workshop::write(const std::string& name, std::string_view kind) {
  OwnRack::mustBeName(name);
  if (folder_.empty()) throw PatchError{"there is no folder for modules"};
  const std::filesystem::path file = fileOf(name);
  const std::string text = templateOf(kind, name);
  std::error_code none;
  if (std::filesystem::exists(file, none)) {
    if (textIn(file) == text) return file;  // a session that is played again
    throw PatchError{file.string() + " is there already, and stays as it is: give another name, or take it away"};
  }
  try {
    writeWhole(file, text);
  } catch (const std::runtime_error& error) {
    throw PatchError{error.what()};
  }
  return file;
}

/// Compiles, tries, and takes in.
std::string Workshop::take(const std::string& name) {
  OwnRack::mustBeName(name);
  const std::filesystem::path file = fileOf(name);
  std::error_code none;
  seen_[name] = std::filesystem::last_write_time(file, none);
  const std::string source = textIn(file);
  const synth::Rehearsed heard = synth::rehearsed(name, source, folder_.string());
  ownRack().take(name, synth::Program::loaded(name, heard.code));
  char text[80];
  std::snprintf(text, sizeof text, ": compiled in %.0f ms, %.2g %% of a core", heard.milliseconds, heard.share * 100);
  return name + text;
}

std::string Workshop::reload(const std::string& name) {
  const std::string told = take(name);
  desk_.load(desk_.patch());
  return told;
}

std::vector<std::string> Workshop::names() const {
  std::vector<std::string> all;
  std::error_code none;
  for (std::filesystem::directory_iterator entry{folder_, none}, end; !none && entry != end; entry.increment(none)) {
    if (entry->path().extension() == kSourceSuffix) all.push_back(entry->path().stem().string());
  }
  std::ranges::sort(all);
  return all;
}

std::vector<std::string> Workshop::tend() {
  std::vector<std::string> news;
  std::vector<std::string> changed;
  for (const auto& [name, when] : seen_) {
    std::error_code error;
    const auto now = std::filesystem::last_write_time(fileOf(name), error);
    if (!error && now != when) changed.push_back(name);
  }
  for (const std::string& name : changed) {
    try {
      news.push_back(reload(name));
    } catch (const PatchError& error) {
      news.push_back(error.what());
    }
  }
  return news;
}

}  // namespace antiphon
