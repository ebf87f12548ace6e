/* TCP flows through ns-3: prints what benchmarks/oracles/ns3.json holds, which the tests compare with.
 *
 * Needs ns-3.44; PREFIX is where it is installed (with the Python wheel `ns3` that is the folder site-packages/ns3):
 *
 *   g++ -std=c++20 -O2 -I$PREFIX/include ns3_cases.cc -o ns3_cases -L$PREFIX/lib64 -Wl,-rpath,$PREFIX/lib64 \
 *     -lns3.44-core -lns3.44-network -lns3.44-internet -lns3.44-point-to-point -lns3.44-applications \
 *     -lns3.44-traffic-control -lns3.44-stats
 *   ./ns3_cases > ns3.json
 *
 * Each case is a dumbbell: senders, a router, receivers behind one bottleneck. The links of senders are of 100 Gbit/s and
 * 1 ns, so that rate and delay are the bottleneck's. Bulk senders start at 0; a flow's time is when its receiver has all
 * of its bytes, from the first SYN on. Windows are of 4 MiB at most and queues hold everything: nothing is lost. The wire
 * carries 1502 bytes for 1448 of payload: IP 20, TCP 20 and 12 for time stamps, PPP 2.
 *
 * In slow start TcpNewReno opens its window by one segment for each acknowledgement (RFC 5681), TcpLinuxReno by what was
 * acknowledged (RFC 3465). With an acknowledgement for each segment both double it each round trip; with one for every
 * other segment TcpLinuxReno goes from w to 2 w - 1 and TcpNewReno from w to 1.5 w.
 */

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"

#include <iostream>
#include <vector>

using namespace ns3;

struct Case
{
    double rateBps;
    double delayS;
    uint64_t sizeBytes;
    int flows;
};

static const uint32_t SEGMENT_BYTES = 1448;
static const uint32_t INITIAL_SEGMENTS = 10;
static const uint32_t BUFFER_BYTES = 4u << 20;

static NetDeviceContainer
Connect(Ptr<Node> a, Ptr<Node> b, double rateBps, double delayS)
{
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", DataRateValue(DataRate(static_cast<uint64_t>(rateBps))));
    link.SetChannelAttribute("Delay", TimeValue(Seconds(delayS)));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("10000000p"));
    return link.Install(a, b);
}

static std::vector<double>
Run(const Case& what, const std::string& stack, int segmentsPerAck)
{
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", TypeIdValue(TypeId::LookupByName("ns3::" + stack)));
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(SEGMENT_BYTES));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(INITIAL_SEGMENTS));
    Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(segmentsPerAck));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(BUFFER_BYTES));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(BUFFER_BYTES));

    NodeContainer routers(2), senders(what.flows), receivers(what.flows);
    InternetStackHelper().Install(NodeContainer(routers, senders, receivers));
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
    TrafficControlHelper traffic;
    auto address = [&](NetDeviceContainer devices) {
        auto given = addresses.Assign(devices);
        traffic.Uninstall(devices);
        addresses.NewNetwork();
        return given;
    };
    address(Connect(routers.Get(0), routers.Get(1), what.rateBps, what.delayS));
    std::vector<double> ends(what.flows, -1);
    std::vector<uint64_t> received(what.flows, 0);
    for (int flow = 0; flow < what.flows; flow++)
    {
        address(Connect(senders.Get(flow), routers.Get(0), 1e11, 1e-9));
        auto ends_of = address(Connect(routers.Get(1), receivers.Get(flow), 1e11, 1e-9));
        PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
        auto sinks = sink.Install(receivers.Get(flow));
        sinks.Get(0)->TraceConnectWithoutContext(
            "Rx",
            Callback<void, Ptr<const Packet>, const Address&>(
                [&ends, &received, &what, flow](Ptr<const Packet> packet, const Address&) {
                    received[flow] += packet->GetSize();
                    if (received[flow] == what.sizeBytes)
                    {
                        ends[flow] = Simulator::Now().GetSeconds();
                    }
                }));
        BulkSendHelper bulk("ns3::TcpSocketFactory", InetSocketAddress(ends_of.GetAddress(1), 9));
        bulk.SetAttribute("MaxBytes", UintegerValue(what.sizeBytes));
        bulk.SetAttribute("SendSize", UintegerValue(SEGMENT_BYTES));
        bulk.Install(senders.Get(flow)).Start(Seconds(0));
    }
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    Simulator::Stop(Seconds(1000));
    Simulator::Run();
    Simulator::Destroy();
    return ends;
}

int
main()
{
    std::vector<Case> cases;
    for (auto [rateBps, delayS] : {std::pair{100e6, 20e-3}, {10e6, 10e-3}, {1e9, 5e-3}, {100e6, 1e-3}})
    {
        for (uint64_t sizeBytes : {10'000, 100'000, 1'000'000, 10'000'000})
        {
            cases.push_back({rateBps, delayS, sizeBytes, 1});
        }
    }
    for (int flows : {2, 3, 4})
    {
        cases.push_back({100e6, 20e-3, 50'000'000, flows});
    }
    std::cout.precision(12);
    std::cout << "{\n \"ns3\": \"3.44\",\n \"segment_bytes\": " << SEGMENT_BYTES
              << ",\n \"wire_bytes\": " << SEGMENT_BYTES + 54 << ",\n \"initial_segments\": " << INITIAL_SEGMENTS
              << ",\n \"runs\": [";
    const char* separator = "\n";
    for (auto [stack, segmentsPerAck] : {std::pair{"TcpNewReno", 1}, {"TcpLinuxReno", 2}, {"TcpNewReno", 2}})
    {
        for (const Case& what : cases)
        {
            std::cout << separator << "  {\"stack\": \"" << stack << "\", \"segments_per_ack\": " << segmentsPerAck
                      << ", \"rate_bps\": " << what.rateBps
                      << ", \"delay_s\": " << what.delayS << ", \"size_bytes\": " << what.sizeBytes
                      << ", \"flows\": " << what.flows << ", \"completed_s\": [";
            separator = "";
            for (double end : Run(what, stack, segmentsPerAck))
            {
                std::cout << separator << end;
                separator = ", ";
            }
            std::cout << "]}" << std::flush;
            separator = ",\n";
        }
    }
    std::cout << "\n ]\n}\n";
}
