#include "support/memory_peers.h"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace ordo::testing {
namespace {

base::Result<std::string> unanswered() {
  return base::fail(base::ErrorCode::unavailable, "another node did not answer in time");
}

}  // namespace

std::size_t PeerNet::deliver() {
  std::size_t count = 0;
  while (deliver_one()) ++count;
  return count;
}

bool PeerNet::deliver_one() {
  if (letters_.empty()) return false;
  Letter letter = std::move(letters_.front());
  letters_.pop_front();
  hand_over(std::move(letter));
  return true;
}

void PeerNet::lose_one() {
  if (letters_.empty()) return;
  Letter letter = std::move(letters_.front());
  letters_.pop_front();
  if (letter.answer) letter.answer(unanswered());
}

void PeerNet::hand_over(Letter letter) {
  const auto node = nodes_.find(letter.to);
  if (node == nodes_.end()) {
    if (letter.answer) letter.answer(unanswered());
    return;
  }
  const ports::PeerEars& ears = node->second->ears;
  if (letter.answer && lose_answers) {
    ears.on_question(std::move(letter.text), [](const base::Result<std::string>& /*said*/) {});
    letter.answer(unanswered());
  } else if (letter.answer) {
    ears.on_question(std::move(letter.text), std::move(letter.answer));
  } else if (ears.on_news) {
    ears.on_news(std::move(letter.from), std::move(letter.text));
  }
}

MemoryPeers::MemoryPeers(PeerNet& net, std::string id) : net_(net), id_(std::move(id)) {
  net_.nodes_[id_] = this;
}

MemoryPeers::~MemoryPeers() {
  net_.nodes_.erase(id_);
}

void MemoryPeers::ask(Receiver whom, std::string question, base::Millis /*bound*/, Answer answer) {
  std::string to;
  if (const auto* const node = std::get_if<Node>(&whom)) {
    to = node->id;
  } else if (const auto* const lane = std::get_if<LaneOwner>(&whom)) {
    to = net_.owner_of_task(lane->task);
  } else if (net_.owner_of_pipelines) {
    to = net_.owner_of_pipelines();
  }
  if (to.empty()) return answer(base::fail(base::ErrorCode::unavailable, "nobody runs it"));
  net_.letters_.push_back({id_, std::move(to), std::move(question), std::move(answer)});
}

void MemoryPeers::ask_all(std::string question, base::Millis bound, Answers answers) {
  struct Asked {
    std::size_t open = 0;
    std::vector<std::string> said;
    Answers answers;
  };
  auto asked = std::make_shared<Asked>(Asked{net_.nodes_.size(), {}, std::move(answers)});
  const auto heard = [asked](const base::Result<std::string>& answer) {
    if (answer) asked->said.push_back(*answer);
    if (--asked->open == 0) asked->answers(std::move(asked->said));
  };
  for (const auto& [id, node] : net_.nodes_) {
    if (id != id_) ask(Node{id}, question, bound, heard);
  }
  // Itself it does not ask.
  if (--asked->open == 0) asked->answers(std::move(asked->said));
}

void MemoryPeers::tell_all(std::string news) {
  for (const auto& [id, node] : net_.nodes_) {
    if (id != id_) net_.letters_.push_back({id_, id, news});
  }
}

}  // namespace ordo::testing
