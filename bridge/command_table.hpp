// All that can be asked for, declared once; the prompt and every other door are made from this table.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/command.hpp"

namespace antiphon {

/// It knows nothing of what its commands do. Whatever is asked, it answers with a sentence and never throws. For one
/// thread at a time.
class CommandTable {
 public:
  static constexpr std::size_t kLongestLine = 4096;

  using Word = Command::Word;

  /// A word as it stands in a line, or in an OSC message: KEY=VALUE has a key.
  static Word word(std::string_view text);

  /// What a line of more than kLongestLine bytes is answered.
  static Command::Reply tooLong(std::size_t bytes);

  /// Holds `help` from the start.
  CommandTable();
  CommandTable(const CommandTable&) = delete;
  CommandTable& operator=(const CommandTable&) = delete;

  /// What is added from here on is listed under this.
  void topic(std::string name) { topic_ = std::move(name); }
  /// Throws std::logic_error when there is a command of that name.
  void add(Command command);

  /// `NAME value value` or `NAME key=value`; quotation marks hold a value with spaces or signs together. An empty line
  /// asks for nothing and is fine.
  Command::Reply run(std::string_view line);
  Command::Reply run(std::string_view name, std::span<const Word> values);
  /// What can be seen to be wrong with a line without doing it, in a sentence; empty: nothing.
  std::string wrongIn(std::string_view line) const;

  const std::vector<Command>& commands() const { return commands_; }
  /// Null: there is none of that name.
  const Command* find(std::string_view name) const;
  /// In the order in which they were begun.
  std::vector<std::string> topics() const;
  /// [{name, help, topic, params: [{name, kind, min, max, choices, max_length, unit, default}]}], each with what it
  /// has.
  nlohmann::ordered_json toJson() const;

 private:
  std::string unknown(std::string_view name) const;
  std::string helpText(std::string_view name) const;
  std::string listed(std::string_view topic) const;
  std::string topicsText() const;

  std::vector<Command> commands_;  // in order of declaration
  std::string topic_{};
};

}  // namespace antiphon
