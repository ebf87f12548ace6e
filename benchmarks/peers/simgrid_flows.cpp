// Finished flows per CPU second in SimGrid: the workloads of ../network.py, which writes them and starts this.
//
//     g++ -O2 -std=c++17 simgrid_flows.cpp -o simgrid_flows -lsimgrid     (Debian: libsimgrid-dev; written for 3.32)
//
// A number of flows is in progress; when one ends, the next begins at the same instant. Links have no latency, so that
// SimGrid's CM02 shares them as max-min does. One actor keeps one flow going. Input, whitespace between all:
//   how many nodes and links; what a link carries [bytes/s]; how many flows at once, to warm up, to count; whether each
//   actor keeps to its own route;
//   how many routes, and for each its two nodes, how many links it has, and these;
//   how many flows there are, and for each its route and its size [bytes].
// Output: CPU time of the flows counted [s], and the virtual time at which the last of them ended [s].
#include <cstdio>
#include <ctime>
#include <iostream>
#include <set>
#include <simgrid/s4u.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sg4 = simgrid::s4u;

struct Route {
  int source, target;
  std::vector<int> links;
};

static double cpu_s() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int main(int argc, char** argv) {
  sg4::Engine engine(&argc, argv);
  sg4::Engine::set_config("network/model:CM02");
  sg4::Engine::set_config("network/TCP-gamma:0");
  sg4::Engine::set_config("network/crosstraffic:0");
  int nodes, links, concurrent, warm, finished, own, count;
  double capacity_bytes;
  std::cin >> nodes >> links >> capacity_bytes >> concurrent >> warm >> finished >> own >> count;
  std::vector<Route> routes(count);
  for (auto& route : routes) {
    int length;
    std::cin >> route.source >> route.target >> length;
    route.links.resize(length);
    for (auto& link : route.links) std::cin >> link;
  }
  std::cin >> count;
  std::vector<std::pair<int, double>> flows(count);
  for (auto& flow : flows) std::cin >> flow.first >> flow.second;

  // A table of all pairs of ten thousand nodes is large; a star has one entry a node: there, a route is a node's first
  // link, and the rest of it belongs to the target.
  const bool star = nodes > 5000;
  auto* zone = star ? sg4::create_star_zone("all") : sg4::create_full_zone("all");
  std::vector<sg4::Host*> host(nodes);
  std::vector<sg4::Link*> wire(links);
  for (int i = 0; i < nodes; i++) host[i] = zone->create_host("n" + std::to_string(i), 1e9)->seal();
  for (int i = 0; i < links; i++) wire[i] = zone->create_link("l" + std::to_string(i), capacity_bytes)->seal();
  std::set<std::pair<int, int>> known;
  const auto add = [&](int source, int target, const std::vector<int>& over) {
    if (!known.insert({source, target}).second) return;
    std::vector<sg4::LinkInRoute> way;
    for (int link : over) way.emplace_back(wire[link]);
    zone->add_route(source < 0 ? nullptr : host[source]->get_netpoint(),
                    target < 0 ? nullptr : host[target]->get_netpoint(), nullptr, nullptr, way, false);
  };
  for (const auto& route : routes) {
    if (star) {
      add(route.source, -1, {route.links.front()});
      add(-1, route.target, {route.links.begin() + 1, route.links.end()});
    } else {
      add(route.source, route.target, route.links);
    }
  }
  zone->seal();

  int started = 0, ended = 0;
  double from_s = 0, until_s = 0, ended_s = 0;
  for (int lane = 0; lane < concurrent; lane++)
    sg4::Actor::create("a" + std::to_string(lane), host[0], [&, lane] {
      while (ended < warm + finished) {
        const auto& flow = flows[started++ % flows.size()];
        const auto& route = routes[own ? lane : flow.first];
        sg4::Comm::sendto(host[route.source], host[route.target], static_cast<uint64_t>(flow.second));
        ended++;
        if (ended == warm) from_s = cpu_s();
        if (ended == warm + finished) {
          until_s = cpu_s();
          ended_s = sg4::Engine::get_clock();
        }
      }
    });
  engine.run();
  std::printf("%.9f %.9f\n", until_s - from_s, ended_s);
}
