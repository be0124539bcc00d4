// The whole way of an answer in real time: keys in, the answerer's thread, notes out, over the loopback.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "model/answerer.hpp"

namespace antiphon {

struct AnswerBenchPlan {
  std::vector<double> tempos{120, 180};
  std::vector<int> measures{1, 2, 4, 8};
  int turns = 25;         // for each tempo and number of measures
  int notesInBar = 16;    // of the call
  bool neighbour = true;  // another process keeps one core busy
  std::function<std::unique_ptr<Answerer>()> answerer{};
};

struct AnswerBench {
  double bpm = 0;
  int measures = 0;
  int turns = 0;
  int notes = 0;
  int lateBars = 0, lateNotes = 0;
  int onDownbeat = 0;        // turns whose first note is planned for the very downbeat
  int silentFirstBeats = 0;  // turns that begin with a rest, which is music and not lateness
  double marginMedianMs = 0, marginWorstMs = 0;
  double sentWorstMs = 0;  // how far from its moment a note left
};

/// Plays as long as the music lasts.
std::vector<AnswerBench> benchAnswer(const AnswerBenchPlan& plan, const std::function<void(const AnswerBench&)>& told);

}  // namespace antiphon
