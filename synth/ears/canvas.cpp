#include "synth/ears/canvas.hpp"

#include <png.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "synth/sound_file.hpp"

namespace antiphon::synth {
namespace {

constexpr int kDot = 2, kDotsHigh = 5;  // letters are five dots high
constexpr int kSpace = 3;               // dots

struct Letter {
  char name;
  std::string_view dots;  // row by row
};
constexpr Letter kLetters[] = {
    {'0', "111101101101111"},           {'1', "010110010010111"}, {'2', "111001111100111"}, {'3', "111001011001111"},
    {'4', "101101111001001"},           {'5', "111100111001111"}, {'6', "111100111101111"}, {'7', "111001010010010"},
    {'8', "111101111101111"},           {'9', "111101111001111"}, {'A', "010101111101101"}, {'B', "110101110101110"},
    {'C', "011100100100011"},           {'D', "110101101101110"}, {'E', "111100110100111"}, {'F', "111100110100100"},
    {'G', "011100101101011"},           {'H', "101101111101101"}, {'I', "111010010010111"}, {'J', "001001001101010"},
    {'K', "101110100110101"},           {'L', "100100100100111"}, {'M', "101111111101101"}, {'N', "110101101101101"},
    {'O', "010101101101010"},           {'P', "110101110100100"}, {'Q', "010101101110011"}, {'R', "110101110101101"},
    {'S', "011100010001110"},           {'T', "111010010010010"}, {'U', "101101101101111"}, {'V', "101101101101010"},
    {'W', "101101111111101"},           {'X', "101101010101101"}, {'Y', "101101010010010"}, {'Z', "111001010100111"},
    {'.', "000000000000010"},           {'-', "000000111000000"}, {':', "000010000010000"}, {'/', "001001010100100"},
    {'#', "0101011111010101111101010"},
};

/// Nothing for a space, and for what there is no letter of.
std::string_view dotsOf(char c) {
  const auto capital = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const Letter& letter : kLetters) {
    if (letter.name == capital) return letter.dots;
  }
  return {};
}

int widthOfDots(std::string_view dots) { return dots.empty() ? kSpace : static_cast<int>(dots.size()) / kDotsHigh; }

}  // namespace

Canvas::Canvas(int width, int height, Ink ground)
    : width_{width},
      height_{height},
      points_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), ground) {}

void Canvas::point(int x, int y, Ink ink) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  points_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)] = ink;
}

void Canvas::box(int x, int y, int width, int height, Ink ink) {
  for (int dy = 0; dy < height; ++dy) {
    for (int dx = 0; dx < width; ++dx) point(x + dx, y + dy, ink);
  }
}

void Canvas::write(int x, int y, std::string_view text, Ink ink) {
  for (const char c : text) {
    const std::string_view dots = dotsOf(c);
    const int wide = widthOfDots(dots);
    for (int dot = 0; dot < static_cast<int>(dots.size()); ++dot) {
      if (dots[static_cast<std::size_t>(dot)] == '1')
        box(x + dot % wide * kDot, y + dot / wide * kDot, kDot, kDot, ink);
    }
    x += (wide + 1) * kDot;
  }
}

int Canvas::widthOf(std::string_view text) {
  int dots = 0;
  for (const char c : text) dots += widthOfDots(dotsOf(c)) + 1;
  return std::max(0, dots - 1) * kDot;
}

void Canvas::save(const std::filesystem::path& file) const {
  static_assert(sizeof(Ink) == 3);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width_);
  image.height = static_cast<png_uint_32>(height_);
  image.format = PNG_FORMAT_RGB;
  std::filesystem::path beside = file;
  beside += ".part";
  std::error_code error;
  const bool written = png_image_write_to_file(&image, beside.c_str(), 0, points_.data(), 0, nullptr) != 0;
  if (written) std::filesystem::rename(beside, file, error);
  if (written && !error) return;
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  throw SoundFileError{file.string() + " cannot be written" + (written ? "" : std::string{": "} + image.message)};
}

}  // namespace antiphon::synth
