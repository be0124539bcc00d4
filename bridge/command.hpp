// One thing that can be asked for: its name, what it takes, what it does. Every door is made from this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace antiphon {

struct Command {
  /// One value as a door received it; without a key it goes to the next parameter that has none yet.
  struct Word {
    std::string key{};
    std::string text{};
  };
  using Words = std::vector<Word>;
  using Value = std::variant<std::int64_t, double, std::string, bool, Words>;

  // What a parameter can be. Ranges include both ends.
  struct Integer {
    std::int64_t least, most;
  };
  struct Real {
    double least, most;
  };
  struct Choice {
    std::vector<std::string> names;
  };
  struct Text {
    std::size_t longest;
  };  // in bytes
  struct Flag {};
  struct Rest {
    std::string shape;  // for the signature: "[param=value ...]"
    std::size_t most = 256;
  };  // all words that no other parameter takes, none of them too; the last parameter
  using Kind = std::variant<Integer, Real, Choice, Text, Flag, Rest>;

  struct Parameter {
    std::string name;
    Kind kind;
    std::string unit{};
    std::optional<Value> fallback{};  // without one it has to be given

    /// Nothing when the text does not say one of the possible values.
    std::optional<Value> read(std::string_view text) const;
    /// "a whole number 1..64"
    std::string possible() const;
    /// "<bars 1..64>", or "[bars 1..64 = 2]" when it can be left out
    std::string signature() const;

   private:
    bool namesUnit() const;  // so it need not be said again
  };

  /// What a handler gets: a checked value for every parameter. A name or a type that was not declared throws.
  class Arguments {
   public:
    std::int64_t integer(std::string_view parameter) const { return std::get<std::int64_t>(value(parameter)); }
    double real(std::string_view parameter) const { return std::get<double>(value(parameter)); }
    const std::string& text(std::string_view parameter) const {
      return std::get<std::string>(value(parameter));
    }  // and choices
    bool flag(std::string_view parameter) const { return std::get<bool>(value(parameter)); }
    const Words& rest(std::string_view parameter) const { return std::get<Words>(value(parameter)); }

    bool has(std::string_view parameter) const;
    void set(std::string parameter, Value value) { values_.emplace_back(std::move(parameter), std::move(value)); }

   private:
    const Value& value(std::string_view parameter) const;
    std::vector<std::pair<std::string, Value>> values_;
  };

  struct Reply {
    bool ok = true;
    std::string text{};
  };
  using Handler = std::function<Reply(const Arguments&)>;

  std::string name;
  std::vector<Parameter> parameters;
  std::string help;  // one sentence
  Handler handler;
  bool timed = false;   // it can be asked for ahead of its time, and is done on the very frame
  std::string topic{};  // under which it is listed
  bool beside = false;  // it takes a while, so others are let in meanwhile: it asks for its turns itself

  /// "measures <bars 1..64>"
  std::string signature() const;
};

/// Names are the same in capitals, and with an underscore for a hyphen.
std::string foldedName(std::string_view name);

/// As short as can be, e.g. "126.5".
std::string decimal(double number);

}  // namespace antiphon
