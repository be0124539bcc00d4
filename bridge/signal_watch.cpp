#include "bridge/signal_watch.hpp"

#include <atomic>

namespace antiphon {
namespace {

std::atomic<int> stopSignal{0};

void onSignal(int signal) { stopSignal.store(signal); }

}  // namespace

SignalWatch::SignalWatch() {
  stopSignal.store(0);
  for (std::size_t i = 0; i < kSignals.size(); ++i) before_[i] = std::signal(kSignals[i], onSignal);
}

SignalWatch::~SignalWatch() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) std::signal(kSignals[i], before_[i]);
}

bool SignalWatch::stops() { return stopSignal.load() != 0; }

}  // namespace antiphon
