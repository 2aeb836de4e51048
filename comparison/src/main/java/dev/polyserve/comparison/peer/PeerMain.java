package dev.polyserve.comparison.peer;

import io.netty.handler.ssl.SslProvider;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The main class of the comparison's Java servers: `java … PeerMain NAME PORT [compute | CERTIFICATE KEY]` runs one of
/// them on 127.0.0.1, until TERM.
///
/// Exit status 1: it failed; 2: wrong arguments; 3: this machine cannot run it. One sentence says why.
public final class PeerMain {
    private static final int FAILED = 1;
    private static final int CALLED_WRONGLY = 2;
    private static final int UNUSABLE = 3;

    private static final Map<String, Supplier<PeerServer>> PEERS = new TreeMap<>(Map.ofEntries(
            Map.entry("jdk-virtual",
                    () -> new ThreadPerConnectionPeer(Thread.ofVirtual().factory(), ThreadPerConnectionPeer::echo)),
            Map.entry("jdk-threads",
                    () -> new ThreadPerConnectionPeer(Thread.ofPlatform().factory(), ThreadPerConnectionPeer::echo)),
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
    /// The peers that also execute requests for work.
    private static final Map<String, Supplier<PeerServer>> COMPUTING = new TreeMap<>(Map.ofEntries(
            Map.entry("jdk-virtual",
                    () -> new ThreadPerConnectionPeer(Thread.ofVirtual().factory(), ThreadPerConnectionPeer::compute)),
            Map.entry("jdk-threads",
                    () -> new ThreadPerConnectionPeer(Thread.ofPlatform().factory(), ThreadPerConnectionPeer::compute)),
            Map.entry("netty-nio", () -> NettyCompute.over(NettyTransport.NIO)),
            Map.entry("netty-epoll", () -> NettyCompute.over(NettyTransport.EPOLL)),
            Map.entry("netty-io_uring", () -> NettyCompute.over(NettyTransport.IO_URING)),
            Map.entry("netty-io_uring-ring", () -> NettyCompute.over(NettyTransport.IO_URING_BUFFER_RING))));
    /// The peers that echo over TLS.
    private static final Map<String, TlsPeer> TLS = new TreeMap<>(Map.of(
            "tls-jdk-virtual", files -> new ThreadPerConnectionPeer(files.context().getServerSocketFactory(),
                    Thread.ofVirtual().factory(), ThreadPerConnectionPeer::echoRecords),
            "tls-netty-jdk", files -> new NettyTls(NettyTransport.EPOLL, SslProvider.JDK, files),
            "tls-netty-tcnative", files -> new NettyTls(NettyTransport.EPOLL, SslProvider.OPENSSL_REFCNT, files)));
    private static final String COMPUTE = "compute";

    @FunctionalInterface
    private interface TlsPeer {
        PeerServer with(TlsFiles files) throws IOException, GeneralSecurityException;
    }

    private PeerMain() {}

    /// Starts the peer.
    ///
    /// @param args its name, a port, and the service unless it is the default
    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        boolean computes = args.length == 3 && args[2].equals(COMPUTE);
        boolean secure = args.length == 4;
        Map<String, ?> peers = secure ? TLS : computes ? COMPUTING : PEERS;
        if ((args.length != 2 && !computes && !secure) || !peers.containsKey(args[0]) || !args[1].matches("\\d{1,5}")) {
            return end(CALLED_WRONGLY,
                    "usage: PeerMain NAME PORT [" + COMPUTE + " | CERTIFICATE KEY], where NAME is one of "
                            + String.join(", ", peers.keySet()));
        }
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(args[1]));
        try {
            peer(args, computes).serve(address);
            return end(FAILED, args[0] + " ended by itself");
        } catch (PeerUnavailableException e) {
            return end(UNUSABLE, args[0] + " cannot run here: " + e.getMessage());
        } catch (Exception e) {
            return end(FAILED, args[0] + " failed at " + address + ": " + e);
        }
    }

    private static PeerServer peer(String[] args, boolean computes) throws IOException, GeneralSecurityException {
        return args.length == 4
                ? Objects.requireNonNull(TLS.get(args[0])).with(new TlsFiles(Path.of(args[2]), Path.of(args[3])))
                : Objects.requireNonNull((computes ? COMPUTING : PEERS).get(args[0])).get();
    }

    private static int end(int status, String sentence) {
        System.err.println("peer: " + sentence);
        return status;
    }
}
