#include "states/diagram_routes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace ordo::states {
namespace {

using Index = std::uint32_t;
using Side = RankedLink::Side;

constexpr double kBesideCells = 12;  // from a cell to the first lane
constexpr double kBetweenLanes = 10;
constexpr double kBetweenTracks = 9;
constexpr double kLabelDrop = 22;  // from a box down to the labels
constexpr double kGap = 40;        // between two ranks, with nothing but near links
constexpr double kTrackMargin = 10;
constexpr double kArrowRoom = 16;
constexpr double kPort = 12;    // how far from the middle a lane arrives at a box
constexpr double kCorner = 14;  // where no way leaves a box

// A vertical line beside the ranks, for all links of one kind to one vertex.
struct Lane {
  Index to = 0;
  Side side = Side::right;
  bool caught = false;
  Index first = 0;  // the lines that it passes: 2r is rank r, 2r + 1 is the gap below it
  Index last = 0;
  double x = 0;
  double arrives_at = 0;  // y
  std::vector<Index> links = {};
  Index farthest = 0;  // of the links
};

// A horizontal line in a gap.
struct Track {
  double left = 0;
  double right = 0;
  double* y = nullptr;  // first its number from above, in the end where it is
};

class Routing {
 public:
  explicit Routing(const RankedFlow& flow) : flow_(flow) {}

  RoutedFlow route() {
    set_lanes();
    set_tracks();
    set_heights();
    RoutedFlow out;
    double left = 0;
    double right = 0;
    for (const RankedVertex& vertex : flow_.vertices) {
      left = std::min(left, vertex.x - vertex.left);
      right = std::max(right, vertex.x + vertex.right);
    }
    for (const Lane& lane : lanes_) {
      left = std::min(left, lane.x - kBetweenLanes / 2);
      right = std::max(right, lane.x + kBetweenLanes / 2);
    }
    shift_ = -left;
    out.width = right - left;
    out.height = height_;
    for (const RankedVertex& vertex : flow_.vertices) {
      out.boxes.push_back({vertex.x - vertex.box_width / 2 + shift_, tops_[vertex.rank],
                           vertex.box_width, vertex.box_height});
    }
    for (Index i = 0; i < flow_.links.size(); ++i) {
      out.ways.push_back(way_of(i));
      out.labels.push_back(label_of(flow_.links[i]));
    }
    return out;
  }

 private:
  void set_lanes() {
    const std::size_t lines = 2 * flow_.ranks.size() + 1;
    constexpr double kFar = std::numeric_limits<double>::max();
    std::vector<double> lefts(lines, kFar);
    std::vector<double> rights(lines, -kFar);
    for (const RankedVertex& vertex : flow_.vertices) {
      const std::size_t line = 2UL * vertex.rank;
      lefts[line] = std::min(lefts[line], vertex.x - vertex.left - kBesideCells + kBetweenLanes);
      rights[line] = std::max(rights[line], vertex.x + vertex.right + kBesideCells - kBetweenLanes);
    }
    collect_lanes();
    // The short ones are the inner ones, so that few of them cross.
    std::vector<Lane*> order;
    order.reserve(lanes_.size());
    for (Lane& lane : lanes_) order.push_back(&lane);
    std::ranges::stable_sort(order, {}, [](const Lane* lane) { return lane->last - lane->first; });
    for (Lane* const lane : order) {
      const bool is_left = lane->side == Side::left;
      std::vector<double>& edge = is_left ? lefts : rights;
      const auto begin = edge.begin() + lane->first;
      const auto end = edge.begin() + lane->last + 1;
      lane->x = is_left ? *std::min_element(begin, end) - kBetweenLanes
                        : *std::max_element(begin, end) + kBetweenLanes;
      std::fill(begin, end, lane->x);
    }
  }

  void collect_lanes() {
    std::map<std::tuple<Index, Side, bool>, std::size_t> known;
    lane_of_.resize(flow_.links.size());
    for (Index i = 0; i < flow_.links.size(); ++i) {
      const RankedLink& link = flow_.links[i];
      if (link.side == Side::near) continue;
      const Index leaves = 2 * flow_.vertices[link.from].rank + 1;
      const Index arrives = 2 * flow_.vertices[link.to].rank - 1;
      const auto [place, is_new] =
          known.try_emplace({link.to, link.side, link.caught}, lanes_.size());
      if (is_new) {
        lanes_.push_back({.to = link.to,
                          .side = link.side,
                          .caught = link.caught,
                          .first = std::min(leaves, arrives),
                          .last = std::max(leaves, arrives)});
      }
      Lane& lane = lanes_[place->second];
      if (is_new || leaves < lane.first || leaves > lane.last) lane.farthest = i;
      lane.first = std::min(lane.first, leaves);
      lane.last = std::max(lane.last, leaves);
      lane.links.push_back(i);
      lane_of_[i] = place->second;
    }
  }

  // Beside the middle, so that it is no longer than the box is wide.
  [[nodiscard]] double port_of(const Lane& lane) const {
    const RankedVertex& to = flow_.vertices[lane.to];
    const double most = std::max(0.0, to.box_width / 2 - kCorner - kPort);
    const double beside = std::min(most, lane.caught ? 2 * kPort : kPort);
    return to.x + (lane.side == Side::left ? -beside : beside);
  }

  [[nodiscard]] double slot_of(const RankedLink& link) const {
    return flow_.vertices[link.from].x + link.slot;
  }

  // In each gap those that leave are above those that arrive, so that no two ways are one.
  void set_tracks() {
    const std::size_t gaps = flow_.ranks.size();
    std::vector<std::vector<Track>> leaving(gaps);
    std::vector<std::vector<Track>> arriving(gaps);
    leaves_at_.resize(flow_.links.size());
    same_track_.resize(flow_.links.size());
    for (Lane& lane : lanes_) {
      const double port = port_of(lane);
      arriving[flow_.vertices[lane.to].rank - 1].push_back(
          {std::min(port, lane.x), std::max(port, lane.x), &lane.arrives_at});
      std::map<Index, std::pair<Index, Track>> by_rank;
      for (const Index i : lane.links) {
        const RankedLink& link = flow_.links[i];
        const double slot = slot_of(link);
        auto& [first, track] = by_rank
                                   .try_emplace(flow_.vertices[link.from].rank, i,
                                                Track{lane.x, lane.x, &leaves_at_[i]})
                                   .first->second;
        track.left = std::min(track.left, slot);
        track.right = std::max(track.right, slot);
        same_track_[i] = first;
      }
      for (const auto& [rank, one] : by_rank) leaving[rank].push_back(one.second);
    }
    for (std::size_t gap = 0; gap < gaps; ++gap) {
      leaving_.push_back(number(leaving[gap]));
      arriving_.push_back(number(arriving[gap]));
    }
  }

  // Each gets the first line on which nothing is in its way; how many lines there are.
  static std::size_t number(std::vector<Track>& tracks) {
    std::ranges::stable_sort(tracks, std::ranges::greater(), &Track::left);
    std::vector<double> taken;  // by line: the left end of the last one on it
    for (Track& track : tracks) {
      std::size_t line = 0;
      while (line < taken.size() && taken[line] <= track.right + kBetweenLanes) ++line;
      if (line == taken.size()) taken.push_back(0);
      taken[line] = track.left;
      *track.y = static_cast<double>(line);
    }
    return taken.size();
  }

  void set_heights() {
    std::vector<double> heights(flow_.ranks.size(), 0);
    std::vector<double> widest(flow_.ranks.size(), 0);
    std::vector<bool> has_near(flow_.ranks.size(), false);
    for (const RankedVertex& vertex : flow_.vertices) {
      heights[vertex.rank] = std::max(heights[vertex.rank], cell_height(vertex));
    }
    for (const RankedLink& link : flow_.links) {
      if (link.side != Side::near) continue;
      const Index rank = flow_.vertices[link.from].rank;
      has_near[rank] = true;
      widest[rank] = std::max(widest[rank], std::abs(flow_.vertices[link.to].x - slot_of(link)));
    }
    for (std::size_t r = 0; r < heights.size(); ++r) {
      tops_.push_back(height_);
      bottoms_.push_back(height_ + heights[r]);
      const auto lines = static_cast<double>(leaving_[r] + arriving_[r]);
      double gap = lines * kBetweenTracks;
      if (lines > 0) gap += kTrackMargin;
      if (arriving_[r] > 0) gap += kArrowRoom;
      // A curve that goes far to the side needs room, or it would look like a line.
      constexpr double kMostRoom = 60;
      if (has_near[r]) gap = std::max(gap, kGap + std::min(kMostRoom, widest[r] / 8));
      height_ = bottoms_.back() + gap;
    }
    for (Lane& lane : lanes_) {
      const Index rank = flow_.vertices[lane.to].rank;
      const auto above = static_cast<double>(arriving_[rank - 1]) - 1 - lane.arrives_at;
      lane.arrives_at = tops_[rank] - kArrowRoom - above * kBetweenTracks;
    }
  }

  static double cell_height(const RankedVertex& vertex) {
    return vertex.box_height + (vertex.has_labels ? kLabelDrop + kLabelHeight : 0);
  }

  [[nodiscard]] DrawnWay way_of(Index i) const {
    const RankedLink& link = flow_.links[i];
    const RankedVertex& from = flow_.vertices[link.from];
    const RankedVertex& to = flow_.vertices[link.to];
    const double half = std::max(0.0, from.box_width / 2 - kCorner);
    const double slot = slot_of(link) + shift_;
    const double bottom = tops_[from.rank] + from.box_height;
    DrawnWay way{{from.x + std::clamp(link.slot, -half, half) + shift_, bottom}, {}};
    const auto go = [&](double x, double y) {
      const DrawnPoint& last = way.steps.empty() ? way.from : way.steps.back().to;
      way.steps.push_back({{x, y}, last.x != x && last.y != y});
    };
    if (from.has_labels) go(slot, bottom + kLabelDrop);
    if (link.label_width > 0) {
      go(slot, bottom + kLabelDrop + kLabelHeight);
      way.steps.back().hidden = true;
    }
    go(slot, bottoms_[from.rank]);
    if (link.side == Side::near) {
      go(to.x + shift_, tops_[to.rank]);
      way.own = way.steps.size();
      return way;
    }
    const Lane& lane = lanes_[lane_of_[i]];
    const double leaves =
        bottoms_[from.rank] + kTrackMargin + leaves_at_[same_track_[i]] * kBetweenTracks;
    go(slot, leaves);
    go(lane.x + shift_, leaves);
    way.own = way.steps.size();
    go(lane.x + shift_, lane.arrives_at);
    go(port_of(lane) + shift_, lane.arrives_at);
    go(port_of(lane) + shift_, tops_[to.rank]);
    if (lane.farthest == i) way.own = way.steps.size();
    return way;
  }

  [[nodiscard]] std::optional<DrawnBox> label_of(const RankedLink& link) const {
    if (link.label_width == 0) return std::nullopt;
    const RankedVertex& from = flow_.vertices[link.from];
    return DrawnBox{slot_of(link) - link.label_width / 2 + shift_,
                    tops_[from.rank] + from.box_height + kLabelDrop, link.label_width,
                    kLabelHeight};
  }

  const RankedFlow& flow_;
  std::vector<Lane> lanes_;
  std::vector<std::size_t> lane_of_;   // by link
  std::vector<double> leaves_at_;      // by link: the line in its gap
  std::vector<Index> same_track_;      // by link: the one whose line it shares
  std::vector<std::size_t> leaving_;   // by gap: lines
  std::vector<std::size_t> arriving_;  // by gap: lines
  std::vector<double> tops_;           // by rank
  std::vector<double> bottoms_;
  double height_ = 0;
  double shift_ = 0;
};

}  // namespace

RoutedFlow route(const RankedFlow& flow) {
  return Routing(flow).route();
}

}  // namespace ordo::states
