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

    private static final Map<String, Supplier<EchoServer>> PEERS = new TreeMap<>(Map.of(
            "jdk-virtual", () -> new ThreadEcho(Thread.ofVirtual().factory()),
            "jdk-threads", () -> new ThreadEcho(Thread.ofPlatform().factory()),
            "jdk-nio", SelectorEcho::new,
            "netty-nio", () -> new NettyEcho(NettyTransport.NIO),
            "netty-epoll", () -> new NettyEcho(NettyTransport.EPOLL),
            "netty-io_uring", () -> new NettyEcho(NettyTransport.IO_URING),
            "netty-io_uring-ring", () -> new NettyEcho(NettyTransport.IO_URING_BUFFER_RING),
            "vertx-nio", () -> new VertxEcho(Transport.NIO),
            "vertx-epoll", () -> new VertxEcho(Transport.EPOLL)));

    private Peer() {}

    /// Starts the peer.
    ///
    /// @param args its name and a port
    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        Supplier<EchoServer> peer = args.length == 2 ? PEERS.get(args[0]) : null;
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
