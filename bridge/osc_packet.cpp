#if defined(ANTIPHON_HAVE_LIBLO)

#include "bridge/osc_packet.hpp"

#include <lo/lo.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace antiphon {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kBundle = "#bundle\0"sv;
constexpr std::string_view kTags = "ifhdsSTF";  // that a command can be told by
constexpr int kDeepest = 8;                     // bundles within bundles
constexpr std::size_t kLongestString = 60'000;

struct FreeMessage {
  void operator()(lo_message message) const { lo_message_free(message); }
};
using Message = std::unique_ptr<std::remove_pointer_t<lo_message>, FreeMessage>;

std::uint32_t number32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

/// The text that the bytes begin with, and behind it the bytes that follow, filled up to fours. False: it has no end.
bool takeText(std::string_view& bytes, std::string_view& text) {
  const std::size_t end = bytes.find('\0');
  const std::size_t next = (end / 4 + 1) * 4;
  if (end == std::string_view::npos || next > bytes.size()) return false;
  text = bytes.substr(0, end);
  bytes.remove_prefix(next);
  return true;
}

class Reader {
 public:
  Reader(const std::function<void(OscMessage&&)>& take,
         const std::function<void(std::string_view, std::string_view)>& fault)
      : take_{take}, fault_{fault} {}

  void packet(std::string_view bytes, TimeTag when, int depth) {
    if (bytes.size() % 4 != 0) fault_({}, "An OSC packet's length is a multiple of four bytes.");
    else if (bytes.starts_with(kBundle)) bundle(bytes.substr(kBundle.size()), depth);
    else message(bytes, when);
  }

 private:
  void bundle(std::string_view bytes, int depth) {
    if (depth == kDeepest) return fault_({}, "Bundles are nested too deeply.");
    if (bytes.size() < 8) return fault_({}, "A bundle has no time tag.");
    const TimeTag when{std::uint64_t{number32(bytes)} << 32 | number32(bytes.substr(4))};
    bytes.remove_prefix(8);
    while (!bytes.empty()) {
      const std::size_t size = bytes.size() < 4 ? 0 : number32(bytes);
      if (size == 0 || size > bytes.size() - 4)
        return fault_({}, "A bundle's element has another length than it says.");
      packet(bytes.substr(4, size), when, depth + 1);
      bytes.remove_prefix(4 + size);
    }
  }

  /// liblo reads behind the end of a message that promises a blob and has none: what no command takes is not shown to
  /// it.
  void message(std::string_view bytes, TimeTag when) {
    std::string_view rest = bytes, address, tags;
    if (!takeText(rest, address) || !address.starts_with('/'))
      return fault_({}, "An OSC message begins with its address.");
    if (rest.empty()) return take_({std::string{address}, {}, when});  // as old programs send it
    if (!takeText(rest, tags) || !tags.starts_with(','))
      return fault_(address, "A message's address is followed by the types of its arguments.");
    if (tags.find_first_not_of(kTags, 1) != std::string_view::npos)
      return fault_(address, "Arguments are numbers (i, h, f, d), texts (s, S) or T and F.");
    int result = 0;
    // It turns numbers round where they stand, so it is given a copy.
    std::string copy{bytes};
    const Message read{lo_message_deserialise(copy.data(), copy.size(), &result)};
    if (!read) return fault_(address, "A message has other arguments than it says.");
    OscMessage message{std::string{address}, {}, when};
    lo_arg** const values = lo_message_get_argv(read.get());
    const char* const types = lo_message_get_types(read.get());
    for (int i = 0; i < lo_message_get_argc(read.get()); ++i) message.values.push_back(valueOf(types[i], values[i]));
    take_(std::move(message));
  }

  /// Arguments stand on four bytes, whatever their size.
  template <typename T>
  static T standingAt(const lo_arg* where) {
    T value;
    std::memcpy(&value, static_cast<const void*>(where), sizeof value);
    return value;
  }

  static OscValue valueOf(char type, const lo_arg* value) {
    switch (type) {
      case 'i': return std::int64_t{standingAt<std::int32_t>(value)};
      case 'h': return standingAt<std::int64_t>(value);
      case 'f': return standingAt<float>(value);
      case 'd': return standingAt<double>(value);
      case 'T': return true;
      case 'F': return false;
      default: return std::string{reinterpret_cast<const char*>(value)};  // s, S
    }
  }

  const std::function<void(OscMessage&&)>& take_;
  const std::function<void(std::string_view, std::string_view)>& fault_;
};

}  // namespace

void readOsc(std::string_view packet, const std::function<void(OscMessage&&)>& take,
             const std::function<void(std::string_view, std::string_view)>& fault) {
  if (packet.empty() || packet.size() > kMostOscPacket) return fault({}, "An OSC packet has 4 to 65536 bytes.");
  Reader{take, fault}.packet(packet, {}, 0);
}

std::string oscPacket(const std::string& address, std::span<const OscValue> values) {
  const Message message{lo_message_new()};
  for (const OscValue& value : values) {
    if (const auto* whole = std::get_if<std::int64_t>(&value))
      lo_message_add_int32(message.get(), static_cast<std::int32_t>(*whole));
    else if (const auto* single = std::get_if<float>(&value)) lo_message_add_float(message.get(), *single);
    else if (const auto* real = std::get_if<double>(&value)) lo_message_add_double(message.get(), *real);
    else if (const auto* text = std::get_if<std::string>(&value))
      lo_message_add_string(message.get(), text->substr(0, kLongestString).c_str());
    else if (std::get<bool>(value)) lo_message_add_true(message.get());
    else lo_message_add_false(message.get());
  }
  std::string packet(lo_message_length(message.get(), address.c_str()), '\0');
  std::size_t size = packet.size();
  lo_message_serialise(message.get(), address.c_str(), packet.data(), &size);
  return packet;
}

}  // namespace antiphon

#endif
