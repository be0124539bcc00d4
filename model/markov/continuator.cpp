#include "model/markov/continuator.hpp"

#include <algorithm>
#include <bitset>
#include <cmath>

namespace antiphon::markov {
namespace {

/// Witten and Bell's: the fewer different things have followed, the likelier it is one of them again.
double plainTrust(std::span<const Symbol> symbols) {
  std::bitset<256> different;
  for (const Symbol symbol : symbols) different.set(symbol);
  return static_cast<double>(symbols.size()) / static_cast<double>(symbols.size() + different.count());
}

}  // namespace

void Recall::sort(Kind kind, const Context& context) {
  const std::vector<Heard>& heard = heard_[kind];
  agreement_.resize(heard.size());
  std::array<std::size_t, kMostOrder + 1> exactly{};
  for (std::size_t i = 0; i < heard.size(); ++i) {
    const auto parting = std::mismatch(context.begin(), context.end(), heard[i].context.begin()).first;
    agreement_[i] = static_cast<std::uint8_t>(parting - context.begin());
    ++exactly[agreement_[i]];
  }
  std::array<std::size_t, kMostOrder + 1> at{};
  std::size_t sum = 0;
  for (std::size_t agreed = kMostOrder + 1; agreed-- > 0;) {
    at[agreed] = sum;
    sum += exactly[agreed];
    ends_[agreed] = sum;
  }
  sorted_.resize(heard.size());
  for (std::size_t i = 0; i < heard.size(); ++i) sorted_[at[agreement_[i]]++] = heard[i].symbol;
}

std::size_t Recall::sureness(std::span<const Symbol> symbols) {
  if (symbols.size() == 1) return 0;
  if (std::ranges::all_of(symbols, [&](Symbol symbol) { return symbol == symbols.front(); })) return 1;
  return symbols.size() <= 3 ? 2 : 3;
}

Continuator::Continuator(const Table& table, Meter meter, bool drums, Listen listen)
    : table_{table},
      listen_{listen},
      recalling_{table.regard() == Regard::backward ? Regard::backward : Regard::recall},
      line_{meter, drums} {}

std::span<const double> Continuator::distribution() {
  const std::span<double> chances{chances_.data(), static_cast<std::size_t>(choices(kind()))};
  if (ready_) return chances;
  table_.predict(kind(), line_.context(table_.regard()), chances);
  ready_ = true;
  if (listen_ == Listen::no) return chances;
  recall_.layers(kind(), line_.context(recalling_), [&](const Recall::Layer& layer) {
    const double trust = recalling_ == Regard::backward ? plainTrust(layer.symbols)
                                                        : kTrust[kind()][layer.agreed][layer.sureness] / 256.0;
    const double each = trust / static_cast<double>(layer.symbols.size());
    for (double& chance : chances) chance *= 1.0 - trust;
    for (const Symbol symbol : layer.symbols) chances[symbol] += each;
  });
  return chances;
}

double Continuator::bits(int symbol) { return -std::log2(distribution()[static_cast<std::size_t>(symbol)]); }

void Continuator::say(int symbol) {
  recall_.hear(kind(), line_.context(recalling_), symbol);
  line_.say(symbol);
  ready_ = false;
}

Cost cost(const Table& table, const native::Window& window, Listen listen) {
  Continuator continuator{table, window.call.meter, window.callPart == Part::drums, listen};
  Cost cost;
  recite(window.call, window.callPart == Part::drums, [&](Kind, int symbol) { continuator.say(symbol); });
  recite(window.answer, window.answerPart == Part::drums, [&](Kind kind, int symbol) {
    cost.bits[kind] += continuator.bits(symbol);
    continuator.say(symbol);
  });
  cost.notes = window.answer.notes.size();
  return cost;
}

}  // namespace antiphon::markov
