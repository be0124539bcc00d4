// A picture that is drawn point by point and kept as a PNG file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace antiphon::synth {

struct Ink {
  std::uint8_t red = 0, green = 0, blue = 0;
};

class Canvas {
 public:
  Canvas(int width, int height, Ink ground);

  int width() const { return width_; }
  int height() const { return height_; }
  /// Points outside the picture are left out.
  void point(int x, int y, Ink ink);
  void box(int x, int y, int width, int height, Ink ink);
  /// Small capitals, figures and . - : / # from the left top on.
  void write(int x, int y, std::string_view text, Ink ink);
  /// How wide that is.
  static int widthOf(std::string_view text);
  static constexpr int kTextHeight = 10;

  /// Throws SoundFileError. A file that is there already is replaced once the new one is whole.
  void save(const std::filesystem::path& file) const;

 private:
  int width_, height_;
  std::vector<Ink> points_;
};

}  // namespace antiphon::synth
