#include "scheduler/clock_follower.hpp"

#include <algorithm>

namespace antiphon {

void ClockFollower::pulse(Nanos arrival) {
  lastArrival_ = heard_ ? std::max(lastArrival_, arrival) : arrival;
  heard_ = true;
  line_.add(lastArrival_);
  timeline_.tempo = line_.tempo();
  if (!running_) return;
  timeline_.tick = position_;
  timeline_.time = line_.time();
  lastPulse_ = position_;
  position_ += kPulse;
}

void ClockFollower::start() {
  position_ = {};
  resume();
}

// Some clocks pulse on while stopped and start off that grid, so no phase is carried over into the music.
void ClockFollower::resume() {
  running_ = true;
  lose();
}

void ClockFollower::stop() { running_ = false; }

void ClockFollower::moveTo(Tick position) {
  timeline_.tick += position - position_;
  position_ = position;
  lastPulse_.reset();
}

void ClockFollower::lose() {
  line_.breakOff();
  lastPulse_.reset();
}

}  // namespace antiphon
