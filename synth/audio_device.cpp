#include "synth/audio_device.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "synth/null_device.hpp"

namespace antiphon::synth {
namespace {

std::string lowered(std::string_view text) {
  std::string low{text};
  std::ranges::transform(low, low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return low;
}

std::string listOf(std::span<const DeviceInfo* const> devices) {
  std::string text;
  for (const DeviceInfo* device : devices) text += (text.empty() ? "" : "; ") + textOf(*device);
  return text;
}

}  // namespace

std::string textOf(const DeviceInfo& device) {
  return std::to_string(device.number) + " " + device.name + " (" + device.system + ")";
}

std::string hertzOf(SampleRate rate) { return std::to_string(std::lround(rate.hertz)) + " Hz"; }

const DeviceInfo& chooseDevice(std::span<const DeviceInfo> devices, std::string_view wanted) {
  if (devices.empty()) throw AudioError{"There is no sound device on this machine."};
  std::vector<const DeviceInfo*> all, meant;
  for (const DeviceInfo& device : devices) all.push_back(&device);
  if (wanted.empty()) {
    const auto usual = std::ranges::find(devices, true, &DeviceInfo::isDefault);
    return usual == devices.end() ? devices.front() : *usual;
  }
  const std::string low = lowered(wanted);
  for (const DeviceInfo* device : all) {
    // A whole name or number before a part of one: "1" is no part of "Scarlett 18i20", and "hw" none of "hw2".
    if (low == std::to_string(device->number) || low == lowered(device->name)) return *device;
    if (lowered(device->name + " (" + device->system + ")").find(low) != std::string::npos) meant.push_back(device);
  }
  if (meant.size() == 1) return *meant[0];
  const std::string name{wanted};
  if (meant.empty()) throw AudioError{"There is no sound device \"" + name + "\"; there is " + listOf(all) + "."};
  throw AudioError{"More than one sound device is called \"" + name + "\": " + listOf(meant) +
                   "; say more of its name, or its number."};
}

std::unique_ptr<AudioDevice> AudioSystem::openNothing(SampleRate rate, int period) {
  return std::make_unique<NullDevice>(rate, period);
}

}  // namespace antiphon::synth
