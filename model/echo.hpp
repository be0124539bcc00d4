// The answerer that needs no model: it varies the call by rule.
#pragma once

#include "model/answerer.hpp"

namespace antiphon {

/// Answers with what was played, said differently: each bar of the answer is the call's newest bar (now and then an
/// older one) turned, moved inside the call's scale, displaced, ornamented or thinned, after a plan over all bars that
/// leaves home and comes back to it. Drums (channel 10) keep their instruments. The same seed, turn and call make the
/// same answer on every machine; the take does not matter, so that a call committed anew is answered alike.
class EchoAnswerer final : public Answerer {
 public:
  std::string_view name() const override { return "echo"; }
  void commit(const Call& call, AnswerStream& out) override;
};

}  // namespace antiphon
