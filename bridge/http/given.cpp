#include "bridge/http/given.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bridge/command_table.hpp"
#include "bridge/http/error.hpp"
#include "scheduler/spelling.hpp"

namespace antiphon::http {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 16;  // brackets in brackets: nothing here takes more than a list of words
constexpr std::size_t kLongestShown = 80, kLongestWords = 64 * 1024;

/// One value as it came.
struct Said {
  const char* where;  // query or body
  std::string name;
  Json value;
};

class Reading {
 public:
  Reading(const Route& route, const Head& head, const Body& body) : route_{route}, body_{body} {
    bodied_ = route.method == "POST" && (body.kind != Body::Kind::none || route.files);
    for (const auto& [name, text] : head.query) said_.push_back({"query", name, text});
    for (const auto& [name, text] : body.fields) said_.push_back({"body", name, text});
    if (body.kind == Body::Kind::json) readJson();
    if (!wrong_.empty()) return;
    for (const Said& one : said_) take(one);
    lookForMissing();
    checkFiles();
  }

  Given outcome() {
    Given given{std::move(arguments_), {}};
    if (!wrong_.empty())
      given.wrong =
          Answer{422, Json{{"detail", std::move(wrong_)}}.dump(-1, ' ', false, Json::error_handler_t::replace)};
    return given;
  }

 private:
  void complain(const char* type, const char* where, const Json& name, const std::string& why, Json input = nullptr) {
    Json loc = Json::array({where});
    if (!name.is_null()) loc.push_back(name);
    wrong_.push_back({{"type", type}, {"loc", std::move(loc)}, {"msg", why}, {"input", std::move(input)}});
  }

  static bool isTooDeep(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (quoted && text[i] == '\\') ++i;
      else if (text[i] == '"') quoted = !quoted;
      else if (!quoted && (text[i] == '[' || text[i] == '{')) {
        if (++depth > kDeepest) return true;
      } else if (!quoted && (text[i] == ']' || text[i] == '}')) --depth;
    }
    return false;
  }

  void readJson() {
    if (isTooDeep(body_.json))
      return complain("json_invalid", "body", {},
                      "JSON is at most " + std::to_string(kDeepest) + " brackets deep here");
    Json json;
    try {
      json = Json::parse(body_.json);
    } catch (const Json::parse_error& error) {
      return complain("json_invalid", "body", error.byte,
                      "the body is no JSON from byte " + std::to_string(error.byte) + " on");
    }
    if (!json.is_object())
      return complain("dict_type", "body", {}, "the body is a JSON object with the parameters in it");
    for (auto& [name, value] : json.items()) said_.push_back({"body", name, std::move(value)});
  }

  const Route::Parameter* parameterCalled(const std::string& name) const {
    const auto found = std::ranges::find_if(
        route_.parameters, [&](const auto& parameter) { return foldedName(parameter.is.name) == foldedName(name); });
    return found == route_.parameters.end() ? nullptr : &*found;
  }
  const Route::Parameter* rest() const {  // null: there is none
    const auto found = std::ranges::find_if(route_.parameters, [](const auto& parameter) {
      return std::holds_alternative<Command::Rest>(parameter.is.kind);
    });
    return found == route_.parameters.end() ? nullptr : &*found;
  }

  void take(const Said& one) {
    const Route::Parameter* const parameter = parameterCalled(one.name);
    if (parameter == nullptr && rest() != nullptr) {
      if (const auto text = wordOf(one.value)) words_.push_back({one.name, *text});
      else complain("string_type", one.where, shown(one.name), shown(one.name) + " is one word", one.value);
    } else if (parameter == nullptr) {
      unknown(one);
    } else if (std::holds_alternative<Command::Rest>(parameter->is.kind)) {
      takeWords(one);
    } else if (arguments_.has(parameter->is.name)) {
      complain("value_error", one.where, one.name, one.name + " was given twice");
    } else {
      takeValue(one, *parameter);
    }
  }

  void unknown(const Said& one) {
    if (route_.files && route_.files->field == one.name)
      return complain("value_error", one.where, one.name,
                      one.name + " is a file: it comes as multipart/form-data, with a filename");
    std::vector<std::string_view> names;
    std::string all;
    for (const auto& parameter : route_.parameters) {
      names.push_back(parameter.is.name);
      all += (all.empty() ? "" : ", ") + parameter.is.name;
    }
    const std::string near = one.name.size() > kLongestShown ? "" : nearestName(one.name, names);
    complain("extra_forbidden", one.where, shown(one.name),
             "there is no parameter " + shown(one.name) +
                 (near.empty() ? all.empty() ? "; nothing is taken here" : "; there are " + all
                               : "; did you mean " + near + "?"));
  }

  /// Text as it would be typed; nothing: it is no single value.
  static std::optional<std::string> wordOf(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
    if (value.is_number_float()) {
      const double number = value.get<double>();
      if (std::abs(number) < 1e15 && number == std::floor(number))
        return std::to_string(static_cast<long long>(number));
      return value.dump();
    }
    if (value.is_number()) return value.dump();
    return {};
  }

  void takeWords(const Said& one) {
    const auto each = [this](std::string_view line) {
      while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0) words_.push_back(CommandTable::word(line.substr(0, end)));
        line.remove_prefix(std::min(end + 1, line.size()));
      }
    };
    if (one.value.is_string()) return each(one.value.get<std::string>());
    if (one.value.is_array()) {
      for (const Json& word : one.value) {
        const auto text = wordOf(word);
        if (!text) return complain("string_type", one.where, one.name, one.name + " is a list of words", word);
        words_.push_back(CommandTable::word(*text));
      }
      return;
    }
    complain("list_type", one.where, one.name, one.name + " is a list of words, or a text with spaces between them");
  }

  void takeValue(const Said& one, const Route::Parameter& parameter) {
    const Command::Parameter& is = parameter.is;
    const std::string wrong = is.name + " is " + is.possible();
    const auto text = wordOf(one.value);
    const bool isText =
        std::holds_alternative<Command::Text>(is.kind) || std::holds_alternative<Command::Choice>(is.kind);
    if (!text ||
        (isText && !one.value.is_string() &&
         !(one.value.is_number() && std::holds_alternative<Command::Text>(is.kind))) ||
        (one.value.is_boolean() && !std::holds_alternative<Command::Flag>(is.kind)))
      return complain(typeOf(is.kind), one.where, is.name, wrong, shownValue(one.value));
    auto value = is.read(*text);
    if (!value) return complain(whyNot(is.kind, *text), one.where, is.name, wrong, shownValue(one.value));
    const auto* const said = std::get_if<std::string>(&*value);
    if (const std::string why = parameter.wrong && said != nullptr ? parameter.wrong(*said) : ""; !why.empty())
      return complain("value_error", one.where, is.name, why, shownValue(one.value));
    arguments_.set(is.name, *std::move(value));
  }

  static const char* typeOf(const Command::Kind& kind) {
    if (std::holds_alternative<Command::Integer>(kind)) return "int_type";
    if (std::holds_alternative<Command::Real>(kind)) return "float_type";
    return std::holds_alternative<Command::Flag>(kind) ? "bool_type" : "string_type";
  }

  /// In the words that clients of FastAPI know.
  static const char* whyNot(const Command::Kind& kind, const std::string& text) {
    const auto* const whole = std::get_if<Command::Integer>(&kind);
    const auto* const real = std::get_if<Command::Real>(&kind);
    if (whole != nullptr || real != nullptr) {
      const Command::Parameter any{"", Command::Real{-1e300, 1e300}};
      const auto number = any.read(text);
      const bool reads = number && (real != nullptr || text.find_first_not_of("+-0123456789") == std::string::npos);
      if (!reads) return whole != nullptr ? "int_parsing" : "float_parsing";
      const double least = whole != nullptr ? static_cast<double>(whole->least) : real->least;
      return std::get<double>(*number) < least ? "greater_than_equal" : "less_than_equal";
    }
    if (std::holds_alternative<Command::Choice>(kind)) return "literal_error";
    return std::holds_alternative<Command::Flag>(kind) ? "bool_parsing" : "string_too_long";
  }

  void lookForMissing() {
    for (const auto& [is, help, wrongWith] : route_.parameters) {
      if (arguments_.has(is.name)) continue;
      if (const auto* all = std::get_if<Command::Rest>(&is.kind)) {
        std::size_t bytes = 0;
        for (const Command::Word& word : words_) bytes += word.key.size() + word.text.size();
        if (words_.size() > all->most || bytes > kLongestWords)
          complain("too_long", bodied_ ? "body" : "query", is.name,
                   "at most " + std::to_string(all->most) + " words, " + std::to_string(kLongestWords / 1024) +
                       " KB of them");
        arguments_.set(is.name, std::move(words_));
      } else if (is.fallback) {
        arguments_.set(is.name, *is.fallback);
      } else if (std::ranges::none_of(wrong_, [&](const Json& one) { return one["loc"].back() == is.name; })) {
        complain("missing", bodied_ ? "body" : "query", is.name, is.name + " is missing: it is " + is.possible());
      }
    }
  }

  void checkFiles() {
    if (!route_.files) return;
    const auto& [field, help, several, needed] = *route_.files;
    std::size_t right = 0;
    for (const Upload& file : body_.files) {
      if (file.field == field || (several && file.field == field + "[]")) ++right;
      else
        complain("extra_forbidden", "body", shown(file.field),
                 "no file is taken as " + shown(file.field) + "; it is called " + field);
    }
    if (right == 0 && needed && wrong_.empty())
      complain("missing", "body", field, field + " is missing: a sound file, as multipart/form-data");
    if (right > 1 && !several) complain("too_long", "body", field, "one file at a time");
  }

  static std::string shown(const std::string& text) { return text.substr(0, kLongestShown); }
  static Json shownValue(const Json& value) {
    if (value.is_string()) return shown(value.get<std::string>());
    return value.is_primitive() ? value : Json(value.type_name());
  }

  const Route& route_;
  const Body& body_;
  bool bodied_ = false;
  std::vector<Said> said_{};
  Command::Words words_{};
  Command::Arguments arguments_{};
  Json wrong_ = Json::array();
};

}  // namespace

Given readGiven(const Route& route, const Head& head, const Body& body) { return Reading{route, head, body}.outcome(); }

}  // namespace antiphon::http
