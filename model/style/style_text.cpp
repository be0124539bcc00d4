#include "model/style/style_text.hpp"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <string_view>

#include "model/style/style_words.hpp"
#include "model/tokens/vocabulary.hpp"

namespace antiphon {
namespace {

constexpr std::string_view kWordBegins = "\xE2\x96\x81";  // before a word's first piece, as sentencepiece writes it

/// Gives the lines to sentencepiece one by one.
class Lines final : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(const std::vector<std::string>& lines) : lines_{lines} {}
  bool done() const override { return at_ >= lines_.size(); }
  void Next() override { ++at_; }
  const std::string& value() const override { return lines_[at_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& lines_;
  std::size_t at_ = 0;
};

}  // namespace

struct StyleText::Processor {
  sentencepiece::SentencePieceProcessor pieces{};
};

StyleText::StyleText(const std::string& model) : model_{model}, processor_{std::make_unique<Processor>()} {
  if (model.empty() || !processor_->pieces.LoadFromSerializedProto(model).ok()) {
    throw StyleTextError{"the model's vocabulary of style words cannot be read"};
  }
}
StyleText::~StyleText() = default;
StyleText::StyleText(StyleText&&) noexcept = default;

std::vector<int> StyleText::pieces(const std::string& words) const {
  std::vector<int> ids;
  if (!processor_->pieces.Encode(plainWords(words), &ids).ok()) return {};
  if (ids.size() > native::kMostTextPieces) ids.resize(native::kMostTextPieces);
  return ids;
}

bool StyleText::knows(const std::string& word) const {
  constexpr std::size_t kMostPieces = 2, kFewestLetters = 3;
  const std::string plain = plainWords(word);
  std::vector<std::string> found;
  if (plain.empty() || !processor_->pieces.Encode(plain, &found).ok() || found.size() > kMostPieces) return false;
  const bool whole = found.size() == 1 && processor_->pieces.PieceToId(found.front()) != processor_->pieces.unk_id();
  return whole || std::ranges::any_of(found, [](const std::string& piece) {
           const bool begins = piece.starts_with(kWordBegins);
           return piece.size() - (begins ? kWordBegins.size() : 0) >= kFewestLetters;
         });
}

int StyleText::size() const { return processor_->pieces.GetPieceSize(); }

std::string learnStyleText(const std::vector<std::string>& lines, int size) {
  std::string model;
  Lines iterator{lines};
  const auto status = sentencepiece::SentencePieceTrainer::Train({{"vocab_size", std::to_string(size)},
                                                                  {"model_type", "unigram"},
                                                                  {"character_coverage", "0.9995"},
                                                                  {"hard_vocab_limit", "false"},
                                                                  {"bos_id", "-1"},
                                                                  {"eos_id", "-1"},
                                                                  {"num_threads", "1"},
                                                                  {"minloglevel", "2"},
                                                                  {"normalization_rule_name", "nmt_nfkc_cf"}},
                                                                 &iterator, &model);
  if (!status.ok()) throw StyleTextError{"the vocabulary of style words cannot be learnt: " + status.ToString()};
  return model;
}

}  // namespace antiphon
