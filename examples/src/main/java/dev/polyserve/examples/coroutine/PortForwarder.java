package dev.polyserve.examples.coroutine;

import dev.polyserve.coroutine.Group;
import dev.polyserve.coroutine.Hub;
import dev.polyserve.coroutine.Task;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Forwards each connection to another address, both ways: gevent's port forwarder, with a drain.
///
/// **Thread**: one, the hub's; it takes `--add-opens java.base/java.lang=ALL-UNNAMED`, as [HubEcho].
public final class PortForwarder {
    private final Hub hub;
    private final InetSocketAddress target;
    private final Group connections;

    private PortForwarder(Hub hub, InetSocketAddress target) {
        this.hub = hub;
        this.target = target;
        this.connections = new Group(hub);
    }

    /// Forwards until the calling task is killed; then takes no more connections, and lets those that are there end.
    ///
    /// @param listening hears the port
    /// @param drain how long they may take
    public static void forward(Hub hub, int port, InetSocketAddress target, Duration drain, IntConsumer listening)
            throws IOException, InterruptedException {
        var forwarder = new PortForwarder(hub, target);
        try (var listener = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress())) {
            listening.accept(listener.getLocalPort());
            while (true) {
                Socket client = listener.accept();
                forwarder.connections.spawn(() -> forwarder.connect(client));
            }
        } catch (SocketException e) {
            // Accepting is over: the kill came as an interrupt, which has closed the listener and is taken here. What is
            // under way is let go on, but not for ever.
            Thread.interrupted();
            if (!forwarder.connections.join(drain)) {
                forwarder.connections.kill(drain);
            }
        }
    }

    private void connect(Socket client) throws IOException, InterruptedException {
        try (client; Socket server = new Socket()) {
            server.connect(target);
            Task<@Nullable Void> back = hub.spawn(() -> copy(server, client));
            try {
                copy(client, server);
                back.join();
            } finally {
                back.kill();
            }
        }
    }

    /// Copies until the end of input, and passes that on: half-closed is a state like any other.
    private static void copy(Socket from, Socket to) throws IOException {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (SocketException e) {
            // One of them is gone, so the other has nobody to talk to.
            from.close();
            to.close();
        }
    }

    static void main(String[] arguments) throws Exception {
        var target = new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
        Hub.run(hub -> {
            Task<?> forwarding = hub.spawn(() -> forward(hub, Integer.parseInt(arguments[0]), target,
                    Duration.ofSeconds(2), port -> IO.println("forwarding from port " + port)));
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> end(forwarding)));
            forwarding.join();
        });
    }

    private static void end(Task<?> forwarding) {
        try {
            forwarding.kill(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            IO.println("interrupted while connections were ending");
        }
    }
}
