#include "states/diagram_ranks.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace ordo::states {
namespace {

using Index = std::uint32_t;
using Side = RankedLink::Side;

constexpr double kBetweenCells = 28;
constexpr double kBetweenLabels = 14;
constexpr double kBareSlot = 18;

class Ranking {
 public:
  explicit Ranking(RankedFlow& flow) : flow_(flow) {}

  void rank() {
    for (Index i = 0; i < flow_.links.size(); ++i) {
      flow_.vertices[flow_.links[i].from].out.push_back(i);
      flow_.vertices[flow_.links[i].to].in.push_back(i);
    }
    search();
    // Before a vertex is looked at, all that lead to it have been.
    for (auto v = finished_.rbegin(); v != finished_.rend(); ++v) {
      for (const Index i : flow_.vertices[*v].out) {
        const RankedLink& link = flow_.links[i];
        Index& rank = flow_.vertices[link.to].rank;
        if (link.side != Side::left) rank = std::max(rank, flow_.vertices[*v].rank + 1);
      }
    }
    for (const Index v : found_) {
      RankedVertex& vertex = flow_.vertices[v];
      if (flow_.ranks.size() <= vertex.rank) flow_.ranks.resize(vertex.rank + 1);
      flow_.ranks[vertex.rank].push_back(v);
    }
    for (RankedLink& link : flow_.links) {
      const Index apart = flow_.vertices[link.to].rank - flow_.vertices[link.from].rank;
      if (link.side != Side::left) link.side = apart == 1 ? Side::near : Side::right;
    }
  }

  void order() {
    for (const std::vector<Index>& rank : flow_.ranks) number(rank);
    constexpr int kSweeps = 3;
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (std::size_t r = 1; r < flow_.ranks.size(); ++r) sort(r, r - 1, true);
      for (std::size_t r = flow_.ranks.size() - 1; r-- > 0;) sort(r, r + 1, false);
    }
    for (std::size_t r = 1; r < flow_.ranks.size(); ++r) sort(r, r - 1, true);
  }

 private:
  // In depth, without recursion: a flow may be a row of thousands.
  void search() {
    enum class Colour : std::uint8_t { white, grey, black };
    std::vector<Colour> colours(flow_.vertices.size(), Colour::white);
    std::vector<std::pair<Index, std::size_t>> open;
    for (Index root = 0; root < flow_.vertices.size(); ++root) {
      if (colours[root] != Colour::white) continue;
      open.emplace_back(root, 0);
      colours[root] = Colour::grey;
      found_.push_back(root);
      while (!open.empty()) {
        auto& [v, next] = open.back();
        if (next == flow_.vertices[v].out.size()) {
          colours[v] = Colour::black;
          finished_.push_back(v);
          open.pop_back();
          continue;
        }
        RankedLink& link = flow_.links[flow_.vertices[v].out[next++]];
        if (colours[link.to] == Colour::grey) link.side = Side::left;
        if (colours[link.to] != Colour::white) continue;
        colours[link.to] = Colour::grey;
        found_.push_back(link.to);
        open.emplace_back(link.to, 0);
      }
    }
  }

  void number(const std::vector<Index>& rank) {
    for (Index i = 0; i < rank.size(); ++i) flow_.vertices[rank[i]].place = i;
  }

  // By where those in the rank beside it stand; what has none there stays about where it is.
  void sort(std::size_t r, std::size_t beside, bool down) {
    std::vector<Index>& rank = flow_.ranks[r];
    const double scale = static_cast<double>(flow_.ranks[beside].size()) /
                         static_cast<double>(std::max<std::size_t>(rank.size(), 1));
    std::vector<std::pair<double, Index>> keys;
    keys.reserve(rank.size());
    for (const Index v : rank) {
      const RankedVertex& vertex = flow_.vertices[v];
      double sum = 0;
      double count = 0;
      for (const Index i : down ? vertex.in : vertex.out) {
        const RankedLink& link = flow_.links[i];
        if (link.side != Side::near) continue;
        const RankedVertex& other = flow_.vertices[down ? link.from : link.to];
        sum += other.place + (down ? part_of(other, i) : 0.5);
        ++count;
      }
      keys.emplace_back(count > 0 ? sum / count : (vertex.place + 0.5) * scale, v);
    }
    std::ranges::stable_sort(keys, {}, &std::pair<double, Index>::first);
    for (std::size_t i = 0; i < keys.size(); ++i) rank[i] = keys[i].second;
    number(rank);
  }

  // Where among those that leave it, from 0 to 1.
  static double part_of(const RankedVertex& vertex, Index link) {
    constexpr std::size_t kMost = 64;  // of more the order is not worth a search
    if (vertex.out.size() > kMost) return 0.5;
    const auto at = std::ranges::find(vertex.out, link) - vertex.out.begin();
    return (static_cast<double>(at) + 0.5) / static_cast<double>(vertex.out.size());
  }

  RankedFlow& flow_;
  std::vector<Index> found_;
  std::vector<Index> finished_;
};

// Where each link leaves its cell, in the order of where they lead to.
void set_slots(RankedFlow& flow, RankedVertex& vertex) {
  const auto key = [&](Index i) {
    const RankedLink& link = flow.links[i];
    const RankedVertex& to = flow.vertices[link.to];
    return std::pair(link.side, link.side == Side::near ? to.place : to.rank);
  };
  std::ranges::stable_sort(vertex.out, {}, key);
  vertex.left = vertex.right = vertex.box_width / 2;
  if (vertex.out.empty()) return;
  // What goes straight on leaves from the middle, so that a row of states is a straight one.
  Index straight = 0;
  std::size_t near = 0;
  bool is_bare = false;
  double at = 0;
  for (const Index i : vertex.out) {
    RankedLink& link = flow.links[i];
    const bool bare = link.label_width == 0;
    vertex.has_labels = vertex.has_labels || !bare;
    const double width = bare ? kBareSlot : link.label_width + kBetweenLabels;
    link.slot = at + width / 2;
    at += width;
    if (link.side == Side::near && !is_bare) {
      straight = i;
      ++near;
    }
    if (bare) {
      straight = i;
      is_bare = true;
    }
  }
  const bool has_middle = is_bare || near == 1 || vertex.out.size() == 1;
  const double middle =
      !has_middle ? at / 2
                  : flow.links[vertex.out.size() == 1 ? vertex.out.front() : straight].slot;
  for (const Index i : vertex.out) flow.links[i].slot -= middle;
  vertex.left = std::max(vertex.left, middle);
  vertex.right = std::max(vertex.right, at - middle);
}

// Columns: in each rank as near as can be to where the ranks beside it want them.
class Columns {
 public:
  explicit Columns(RankedFlow& flow) : flow_(flow) {}

  void set() {
    constexpr int kSweeps = 3;
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (std::size_t r = 0; r < flow_.ranks.size(); ++r) {
        place(r, [&](const RankedVertex& vertex) { return above(vertex, sweep == 0); });
      }
      if (sweep + 1 == kSweeps) break;
      for (std::size_t r = flow_.ranks.size(); r-- > 0;) {
        place(r, [&](const RankedVertex& vertex) { return below(vertex); });
      }
    }
  }

 private:
  struct Wish {
    double x = 0;
    double weight = 1;
  };
  static constexpr double kWeak = 0.1;

  [[nodiscard]] Wish above(const RankedVertex& vertex, bool first) const {
    double near = 0;
    double count = 0;
    double far = 0;
    double far_count = 0;
    for (const Index i : vertex.in) {
      const RankedLink& link = flow_.links[i];
      const double x = flow_.vertices[link.from].x + link.slot;
      if (link.side == Side::near) {
        near += x;
        ++count;
      } else if (link.side == Side::right) {
        far += x;
        ++far_count;
      }
    }
    if (count > 0) return {near / count, 1};
    return {first && far_count > 0 ? far / far_count : vertex.x, kWeak};
  }

  [[nodiscard]] Wish below(const RankedVertex& vertex) const {
    double sum = 0;
    double count = 0;
    for (const Index i : vertex.out) {
      const RankedLink& link = flow_.links[i];
      if (link.side != Side::near) continue;
      sum += flow_.vertices[link.to].x - link.slot;
      ++count;
    }
    return count > 0 ? Wish{sum / count, 1} : Wish{vertex.x, kWeak};
  }

  // The least sum of squares under the order that is given: neighbours that want the same room
  // become one block.
  template <class Want>
  void place(std::size_t r, Want want) {
    struct Block {
      double sum, weight;
      std::size_t first;
      [[nodiscard]] double at() const { return sum / weight; }
    };
    const std::vector<Index>& rank = flow_.ranks[r];
    std::vector<Block> blocks;
    std::vector<double> offsets(rank.size(), 0);
    for (std::size_t i = 0; i < rank.size(); ++i) {
      const RankedVertex& vertex = flow_.vertices[rank[i]];
      if (i > 0) {
        offsets[i] =
            offsets[i - 1] + flow_.vertices[rank[i - 1]].right + kBetweenCells + vertex.left;
      }
      const Wish wish = want(vertex);
      Block block{(wish.x - offsets[i]) * wish.weight, wish.weight, i};
      while (!blocks.empty() && blocks.back().at() >= block.at()) {
        const Block& before = blocks.back();
        block = {before.sum + block.sum, before.weight + block.weight, before.first};
        blocks.pop_back();
      }
      blocks.push_back(block);
    }
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const std::size_t end = b + 1 < blocks.size() ? blocks[b + 1].first : rank.size();
      for (std::size_t i = blocks[b].first; i < end; ++i) {
        flow_.vertices[rank[i]].x = blocks[b].at() + offsets[i];
      }
    }
  }

  RankedFlow& flow_;
};

}  // namespace

void set_ranks(RankedFlow& flow) {
  Ranking ranking(flow);
  ranking.rank();
  ranking.order();
  for (RankedVertex& vertex : flow.vertices) set_slots(flow, vertex);
  Columns(flow).set();
}

}  // namespace ordo::states
