package dev.polyserve.faults;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/// The run of a server that writes the cache of classes: it first serves one client in each mode, so that the cache has
/// the classes of all models.
///
/// **Thread**: the main one.
final class TrainingRun {
    /// The name of the setting that requests it.
    static final String SETTING = "training";

    private TrainingRun() {}

    static void serveInEachMode() throws IOException {
        // The first message loads the classes of the log.
        System.getLogger("dev.polyserve").log(System.Logger.Level.INFO, "a training run");
        for (Mode mode : Mode.all()) {
            if (Server.whyNot(Model.named(mode.model())).isEmpty()) {
                serve(mode);
            }
        }
    }

    private static void serve(Mode mode) throws IOException {
        var services = new Services(Services.Kind.ECHO, new ArmedFailures());
        try (Server server = services.into(Server.at("tcp://127.0.0.1:0"), mode.style())
                .model(Model.named(mode.model())).start()) {
            int port = ((Endpoint.Tcp) server.endpoints().getFirst()).port();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.getOutputStream().write('x');
                if (client.getInputStream().read() != 'x') {
                    throw new IOException("no echo from " + mode);
                }
            }
        }
    }
}
