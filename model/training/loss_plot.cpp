#include "model/training/loss_plot.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

namespace antiphon {
namespace {

struct Point {
  double step = 0, bits = 0;
};

constexpr double kWidth = 900, kHeight = 420, kLeft = 60, kRight = 20, kTop = 30, kBottom = 45;
constexpr std::size_t kMostPoints = 600;

/// At most kMostPoints, each the mean of its neighbours.
std::vector<Point> thinned(const std::vector<Point>& points) {
  const std::size_t each = points.size() / kMostPoints + 1;
  std::vector<Point> few;
  for (std::size_t i = 0; i < points.size(); i += each) {
    Point mean{};
    const std::size_t end = std::min(points.size(), i + each);
    for (std::size_t j = i; j < end; ++j) mean.step += points[j].step, mean.bits += points[j].bits;
    few.push_back({mean.step / static_cast<double>(end - i), mean.bits / static_cast<double>(end - i)});
  }
  return few;
}

}  // namespace

void drawLoss(const std::filesystem::path& log, const std::filesystem::path& picture) {
  std::ifstream in{log};
  if (!in) throw std::runtime_error{log.string() + ": the log of learning cannot be read"};
  std::vector<Point> learning, valid;
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) continue;
    const double step = json.value("step", 0.0);
    if (json.contains("bits")) learning.push_back({step, json["bits"].get<double>()});
    if (json.contains("valid")) valid.push_back({step, json["valid"]["all"]["bits"].get<double>()});
  }
  learning = thinned(learning);
  double last = 1, low = 100, high = 0;
  for (const auto* line : {&learning, &valid}) {
    for (const Point& p : *line)
      last = std::max(last, p.step), low = std::min(low, p.bits), high = std::max(high, p.bits);
  }
  low = std::floor(low);
  high = std::max(low + 1, std::min(std::ceil(high), low + 12));
  const auto x = [&](double step) { return kLeft + step / last * (kWidth - kLeft - kRight); };
  const auto y = [&](double bits) {
    return kTop + (high - std::min(bits, high)) / (high - low) * (kHeight - kTop - kBottom);
  };

  std::ostringstream svg;
  svg << std::fixed << std::setprecision(1);
  svg << "<svg xmlns='http://www.w3.org/2000/svg' width='" << kWidth << "' height='" << kHeight
      << "' font-family='sans-serif' font-size='12'><rect width='100%' height='100%' fill='white'/>\n";
  for (double bits = low; bits <= high; ++bits) {
    svg << "<line x1='" << kLeft << "' x2='" << kWidth - kRight << "' y1='" << y(bits) << "' y2='" << y(bits)
        << "' stroke='#ddd'/>"
        << "<text x='" << kLeft - 8 << "' y='" << y(bits) + 4 << "' text-anchor='end'>" << bits << "</text>\n";
  }
  for (int i = 0; i <= 5; ++i) {
    svg << "<text x='" << x(last * i / 5) << "' y='" << kHeight - 22 << "' text-anchor='middle'>"
        << static_cast<long>(last * i / 5) << "</text>\n";
  }
  svg << "<text x='" << kWidth / 2 << "' y='" << kHeight - 6 << "' text-anchor='middle'>steps of learning</text>"
      << "<text x='" << kLeft
      << "' y='18'>bits a note: <tspan fill='#7aa6d8'>while learning</tspan>, <tspan fill='#c0392b'>answers of the "
         "valid split</tspan></text>\n";
  for (const auto& [line, colour, wide] : {std::tuple{&learning, "#7aa6d8", 1.2}, std::tuple{&valid, "#c0392b", 2.0}}) {
    svg << "<polyline fill='none' stroke='" << colour << "' stroke-width='" << wide << "' points='";
    for (const Point& p : *line) svg << x(p.step) << ',' << y(p.bits) << ' ';
    svg << "'/>\n";
  }
  svg << "</svg>\n";
  std::ofstream out{picture};
  out << svg.str();
  if (!out) throw std::runtime_error{picture.string() + ": the picture cannot be written"};
}

}  // namespace antiphon
