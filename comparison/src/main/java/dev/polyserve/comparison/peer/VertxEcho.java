package dev.polyserve.comparison.peer;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/// The echo server of the Vert.x manual: a `NetServer` that pipes each socket to itself, on one of its transports.
///
/// Tuned as the manual says: one verticle per event loop ("Scaling - sharing TCP servers"), one loop per processor,
/// with or without the native transport ("Native transports"); `pipeTo` provides flow control and ends its target
/// ("Vert.x streams"). Vert.x sets TCP_NODELAY by itself.
final class VertxEcho implements PeerServer {
    private final Transport transport;

    VertxEcho(Transport transport) {
        this.transport = transport;
    }

    @Override
    public void serve(InetSocketAddress address) throws Exception {
        if (!transport.available()) {
            throw new PeerUnavailableException(
                    "Vert.x finds no " + transport.name() + " (" + transport.unavailabilityCause() + ").");
        }
        int loops = Runtime.getRuntime().availableProcessors();
        Vertx vertx = Vertx.builder().with(new VertxOptions().setEventLoopPoolSize(loops)).withTransport(transport)
                .build();
        var options = new NetServerOptions().setHost(address.getHostString()).setPort(address.getPort())
                .setAcceptBacklog(BACKLOG);
        Future.await(vertx.deployVerticle(() -> new Echo(options), new DeploymentOptions().setInstances(loops)));
        new CountDownLatch(1).await();
    }

    private static final class Echo extends AbstractVerticle {
        private final NetServerOptions options;

        Echo(NetServerOptions options) {
            this.options = options;
        }

        @Override
        public void start(Promise<Void> started) {
            vertx.createNetServer(options).connectHandler(Echo::echo).listen().<Void>mapEmpty().onComplete(started);
        }

        private static void echo(NetSocket client) {
            client.pipeTo(client);
        }
    }
}
