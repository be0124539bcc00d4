#include "bridge/command.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <locale>
#include <sstream>
#include <stdexcept>

namespace antiphon {
namespace {

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <typename... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

using Value = Command::Value;

std::string range(const Command::Integer& i) { return std::to_string(i.least) + ".." + std::to_string(i.most); }
std::string range(const Command::Real& r) { return decimal(r.least) + ".." + decimal(r.most); }

std::string joined(const std::vector<std::string>& names, std::string_view between, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? last : between;
    text += names[i];
  }
  return text;
}

/// People write +3; the standard library does not read it.
std::string_view withoutPlus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

std::optional<Value> readAs(const Command::Integer& integer, std::string_view text) {
  text = withoutPlus(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (number < integer.least || number > integer.most) return std::nullopt;
  return number;
}

std::optional<Value> readAs(const Command::Real& real, std::string_view text) {
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string_view::npos) return std::nullopt;
  std::istringstream in{std::string{text}};
  in.imbue(std::locale::classic());  // a point is a point in every country
  double number = 0;
  if (!(in >> number) || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  if (!std::isfinite(number) || number < real.least || number > real.most) return std::nullopt;
  return number;
}

std::optional<Value> readAs(const Command::Choice& choice, std::string_view text) {
  for (const std::string& name : choice.names) {
    if (foldedName(name) == foldedName(text)) return name;
  }
  return std::nullopt;
}

std::optional<Value> readAs(const Command::Text& kind, std::string_view text) {
  if (text.size() > kind.longest) return std::nullopt;
  return std::string{text};
}

std::optional<Value> readAs(const Command::Flag&, std::string_view text) {
  const std::string word = foldedName(text);
  if (word == "on" || word == "true" || word == "yes" || word == "1") return true;
  if (word == "off" || word == "false" || word == "no" || word == "0") return false;
  return std::nullopt;
}

std::optional<Value> readAs(const Command::Rest&, std::string_view) { return std::nullopt; }  // never a single word

std::string shown(const Value& value) {
  return std::visit(Overloaded{[](std::int64_t number) { return std::to_string(number); },
                               [](double number) { return decimal(number); },
                               [](const std::string& text) { return text.empty() ? std::string{"\"\""} : text; },
                               [](bool flag) { return std::string{flag ? "on" : "off"}; },
                               [](const Command::Words&) { return std::string{}; }},
                    value);
}

}  // namespace

std::optional<Value> Command::Parameter::read(std::string_view text) const {
  return std::visit([&](const auto& is) { return readAs(is, text); }, kind);
}

bool Command::Parameter::namesUnit() const { return unit.empty() || foldedName(unit) == foldedName(name); }

std::string Command::Parameter::possible() const {
  std::string text = std::visit(
      Overloaded{[](const Integer& is) { return "a whole number " + range(is); },
                 [](const Real& is) { return "a number " + range(is); },
                 [](const Choice& is) { return joined(is.names, ", ", " or "); },
                 [](const Text& is) { return "a text of up to " + std::to_string(is.longest) + " bytes"; },
                 [](const Flag&) { return std::string{"on or off"}; }, [](const Rest& is) { return is.shape; }},
      kind);
  return namesUnit() ? text : text + " " + unit;
}

std::string Command::Parameter::signature() const {
  const std::string values = std::visit(
      Overloaded{[](const Integer& is) { return " " + range(is); }, [](const Real& is) { return " " + range(is); },
                 [](const Choice& is) { return " " + joined(is.names, "|", "|"); },
                 [](const Text&) { return std::string{}; }, [](const Flag&) { return std::string{" on|off"}; },
                 [](const Rest&) { return std::string{}; }},
      kind);
  if (const auto* rest = std::get_if<Rest>(&kind)) return rest->shape;
  if (const auto* only = std::get_if<Choice>(&kind); only != nullptr && only->names.size() == 1)
    return only->names.front();  // a word that has to be said
  const std::string text = name + values + (namesUnit() ? "" : " " + unit);
  if (!fallback) return "<" + text + ">";
  const auto* const said = std::get_if<std::string>(&*fallback);
  const bool nothing = said != nullptr && said->empty();
  return "[" + text + (nothing ? "" : " = " + shown(*fallback)) + "]";
}

bool Command::Arguments::has(std::string_view parameter) const {
  return std::any_of(values_.begin(), values_.end(), [&](const auto& value) { return value.first == parameter; });
}

const Value& Command::Arguments::value(std::string_view parameter) const {
  for (const auto& [given, itsValue] : values_) {
    if (given == parameter) return itsValue;
  }
  throw std::logic_error{"no parameter " + std::string{parameter} + " was declared"};
}

std::string Command::signature() const {
  std::string text = name;
  for (const Parameter& parameter : parameters) text += " " + parameter.signature();
  return text;
}

std::string foldedName(std::string_view name) {
  std::string folded{name};
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  return folded;
}

std::string decimal(double number) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << number;
  return out.str();
}

}  // namespace antiphon
