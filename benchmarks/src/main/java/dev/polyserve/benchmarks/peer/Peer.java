package dev.polyserve.benchmarks.peer;

import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Runs one of the Java peers: `java … Peer NAME PORT`, on 127.0.0.1, until TERM.
///
/// Exit status 1: it failed; 2: it was called wrongly; 3: this machine cannot run it. A sentence says what.
public final class Peer {
    private static final int FAILED = 1;
    private static final int CALLED_WRONGLY = 2;
    private static final int UNUSABLE = 3;

    private static final Map<String, Supplier<PeerServer>> PEERS = new TreeMap<>(Map.ofEntries(
            Map.entry("jdk-virtual", () -> new ThreadEcho(Thread.ofVirtual().factory())),
            Map.entry("jdk-threads", () -> new ThreadEcho(Thread.ofPlatform().factory())),
            Map.entry("jdk-nio", SelectorEcho::new),
            Map.entry("netty-nio", () -> NettyEcho.over(NettyTransport.NIO)),
            Map.entry("netty-epoll", () -> NettyEcho.over(NettyTransport.EPOLL)),
            Map.entry("netty-io_uring", () -> NettyEcho.over(NettyTransport.IO_URING)),
            Map.entry("netty-io_uring-ring", () -> NettyEcho.over(NettyTransport.IO_URING_BUFFER_RING)),
            Map.entry("vertx-nio", () -> new VertxEcho(Transport.NIO)),
            Map.entry("vertx-epoll", () -> new VertxEcho(Transport.EPOLL)),
            Map.entry("resp-netty-nio", () -> NettyRedis.over(NettyTransport.NIO)),
            Map.entry("resp-netty-epoll", () -> NettyRedis.over(NettyTransport.EPOLL)),
            Map.entry("resp-netty-io_uring", () -> NettyRedis.over(NettyTransport.IO_URING)),
            Map.entry("resp-netty-io_uring-ring", () -> NettyRedis.over(NettyTransport.IO_URING_BUFFER_RING))));

    private Peer() {}

    /// Starts the peer.
    ///
    /// @param args its name and a port
    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        Supplier<PeerServer> peer = args.length == 2 ? PEERS.get(args[0]) : null;
        if (peer == null || !args[1].matches("\\d{1,5}")) {
            return end(CALLED_WRONGLY,
                    "usage: Peer NAME PORT, where NAME is one of " + String.join(", ", PEERS.keySet()));
        }
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(args[1]));
        try {
            peer.get().serve(address);
            return end(FAILED, args[0] + " ended by itself");
        } catch (UnusableException e) {
            return end(UNUSABLE, args[0] + " cannot run here: " + e.getMessage());
        } catch (Exception e) {
            return end(FAILED, args[0] + " failed at " + address + ": " + e);
        }
    }

    private static int end(int status, String sentence) {
        System.err.println("peer: " + sentence);
        return status;
    }
}
