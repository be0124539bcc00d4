#include "model/torch/torch_net.hpp"

#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

#include "model/torch/torch_thought.hpp"

namespace antiphon::torch_door {
namespace {

using torch::Tensor;

native::Shape shapeOf(const Setup& setup) {
  return {setup.width, setup.layers, setup.heads, setup.hidden, setup.textPieces};
}

}  // namespace

TorchNet::TorchNet(const Setup& setup)
    : setup_{setup}, shape_{shapeOf(setup)}, device_{setup.cuda ? torch::kCUDA : torch::kCPU} {
  native::check(shape_);
  parameters_ = fresh(shape_, setup.seed, device_);
  const auto specs = native::tensors(shape_);
  for (std::size_t i = 0; i < specs.size(); ++i) named_.push_back({specs[i].name, parameters_[i]});
  if (!setup.learns) return;
  optimizer_ = std::make_unique<Optimizer>(shape_, parameters_, setup.bf16);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const Recollection& r = optimizer_->recollections()[i];
    named_.push_back({"momentum." + specs[i].name, r.momentum});
    if (r.square.defined()) named_.push_back({"square." + specs[i].name, r.square});
  }
  named_.push_back({"steps", optimizer_->steps()});
}

bool TorchNet::guarded(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const c10::Error& e) {
    error_ = e.what_without_backtrace();
  } catch (const std::exception& e) {
    error_ = e.what();
  }
  return false;
}

void TorchNet::share(int count, const std::function<void(int)>& work) const {
  std::atomic<int> next{0};
  std::exception_ptr failure;
  std::mutex failing;
  const auto run = [&] {
    at::set_num_threads(1);  // the shards are the threads' work; torch's own pools would only fight over the cores
    try {
      for (int i = next++; i < count; i = next++) work(i);
    } catch (...) {
      const std::scoped_lock lock{failing};
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  const int many = setup_.cuda ? 1 : std::min(setup_.threads, count);
  for (int i = 1; i < many; ++i) threads.emplace_back(run);
  run();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

bool TorchNet::read(int index, float* values) {
  return guarded([&] {
    const Tensor tensor = named_.at(static_cast<std::size_t>(index)).tensor.to(torch::kCPU).contiguous();
    std::copy_n(tensor.data_ptr<float>(), tensor.numel(), values);
  });
}

bool TorchNet::write(int index, const float* values) {
  return guarded([&] {
    Tensor& tensor = named_.at(static_cast<std::size_t>(index)).tensor;
    tensor.copy_(torch::from_blob(const_cast<float*>(values), tensor.sizes(), torch::kFloat32));
  });
}

std::vector<Tensor> TorchNet::nats(const Parameters& parameters, const Batch& batch, std::vector<Tensor>& where,
                                   Dropout dropout) const {
  const std::int64_t rows = batch.rows, length = batch.length;
  Tensor in = torch::empty({rows, length, native::kColumns}, torch::kInt64);
  std::copy_n(batch.in, in.numel(), in.data_ptr<std::int64_t>());
  Tensor time = torch::empty({rows, length}, torch::kInt32);
  std::copy_n(batch.time, time.numel(), time.data_ptr<std::int32_t>());
  Tensor out = torch::empty({rows * length, native::kHeads}, torch::kInt64);
  std::copy_n(batch.out, out.numel(), out.data_ptr<std::int64_t>());
  out = out.to(device_);

  Forward forward{shape_, parameters, setup_.bf16, std::move(dropout)};
  const Tensor thought = forward.trunk(in.to(device_), time.to(device_)).view({rows * length, shape_.width});
  std::vector<Tensor> each;
  for (int head = 0; head < native::kHeads; ++head) {
    const Tensor index = torch::nonzero(out.select(1, head) >= 0).view({-1});
    const Tensor targets = out.index_select(0, index);
    Tensor start = thought.index_select(0, index);
    for (int said = 0; said < head; ++said) {
      // A bar line says nothing before the last head; row 0 is the zero row.
      const Tensor choice = targets.select(1, said);
      const Tensor row = torch::where(
          choice >= 0, choice + static_cast<std::int64_t>(native::kHeadRow[static_cast<std::size_t>(said)]),
          torch::zeros_like(choice));
      start = start + at::embedding(parameters[0], row, 0);
    }
    const Tensor logits = forward.speak(static_cast<native::Head>(head), start);
    each.push_back(torch::nll_loss(torch::log_softmax(logits, -1), targets.select(1, head), {}, at::Reduction::None));
    where.push_back(index);
  }
  return each;
}

bool TorchNet::learn(const Batch* shards, int count, const Lesson& lesson, Learnt* learnt) {
  return guarded([&] {
    if (!optimizer_) throw std::runtime_error{"this model was not opened to learn"};
    learnFrom(shards, count, lesson, *learnt);
  });
}

void TorchNet::learnFrom(const Batch* shards, int count, const Lesson& lesson, Learnt& learnt) {
  std::int64_t steps = 0;
  for (int i = 0; i < count; ++i) {
    for (std::int64_t s = 0; s < std::int64_t{shards[i].rows} * shards[i].length; ++s)
      steps += shards[i].out[s * native::kHeads + native::nextHead] >= 0;
  }
  const double share_ = 1.0 / static_cast<double>(std::max<std::int64_t>(steps, 1));

  std::vector<Parameters> replicas(static_cast<std::size_t>(count));
  std::vector<Learnt> parts(static_cast<std::size_t>(count));
  share(count, [&](int i) {
    Parameters& own = replicas[static_cast<std::size_t>(i)];
    own = replica(parameters_);
    std::vector<Tensor> where;
    Tensor sum = torch::zeros({}, own[0].options().requires_grad(false));
    const std::uint64_t chance = lesson.chance + static_cast<std::uint64_t>(i);
    const auto each = nats(own, shards[i], where, {lesson.dropout, chance, device_});
    Learnt& part = parts[static_cast<std::size_t>(i)];
    for (int head = 0; head < native::kHeads; ++head) {
      const Tensor total = each[static_cast<std::size_t>(head)].sum();
      part.nats[head] = total.item<float>();
      part.counted[head] = each[static_cast<std::size_t>(head)].numel();
      sum = sum + total;
    }
    (sum * share_).backward();
  });

  torch::NoGradGuard noGradients;
  std::vector<Tensor> gradients(parameters_.size());
  std::vector<double> squares(parameters_.size(), 0.0);
  share(static_cast<int>(parameters_.size()), [&](int p) {
    torch::NoGradGuard none;
    const auto index = static_cast<std::size_t>(p);
    for (const Parameters& own : replicas) {  // always in the same order, so that sums are the same
      const Tensor& g = own[index].grad();
      if (!g.defined()) continue;
      if (!gradients[index].defined()) gradients[index] = g;
      else gradients[index].add_(g);
    }
    if (!gradients[index].defined()) gradients[index] = torch::zeros_like(parameters_[index]);
    squares[index] = gradients[index].square().sum().item<float>();
  });
  double square = 0;
  for (const double s : squares) square += s;
  learnt = {};
  learnt.gradient = std::sqrt(square);
  for (const Learnt& part : parts) {
    for (int head = 0; head < native::kHeads; ++head) {
      learnt.nats[head] += part.nats[head];
      learnt.counted[head] += part.counted[head];
    }
  }
  if (!std::isfinite(learnt.gradient))
    throw std::runtime_error{"the gradient is no longer a number; lower the learning rate"};
  const double clip = learnt.gradient > lesson.clip ? lesson.clip / learnt.gradient : 1.0;
  share(static_cast<int>(parameters_.size()), [&](int p) {
    torch::NoGradGuard none;
    const auto index = static_cast<std::size_t>(p);
    if (clip < 1) gradients[index].mul_(clip);
    optimizer_->step(index, gradients[index], lesson);
  });
  optimizer_->stepped();
}

bool TorchNet::judge(const Batch& batch, float* nats_) {
  return guarded([&] {
    torch::NoGradGuard noGradients;
    std::vector<Tensor> where;
    const auto each = nats(parameters_, batch, where);
    std::fill_n(nats_, std::int64_t{batch.rows} * batch.length * native::kHeads, 0.0f);
    for (int head = 0; head < native::kHeads; ++head) {
      const Tensor values = each[static_cast<std::size_t>(head)].to(torch::kCPU),
                   index = where[static_cast<std::size_t>(head)].to(torch::kCPU);
      const float* v = values.data_ptr<float>();
      const std::int64_t* at = index.data_ptr<std::int64_t>();
      for (std::int64_t i = 0; i < values.numel(); ++i) nats_[at[i] * native::kHeads + head] = v[i];
    }
  });
}

Thought* TorchNet::think(int capacity) {
  Thought* thought = nullptr;
  guarded([&] { thought = new TorchThought{shape_, parameters_, setup_.bf16, capacity}; });
  return thought;
}

}  // namespace antiphon::torch_door
