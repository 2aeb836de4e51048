package dev.polyserve.faults;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;

/// The program of [OutgoingNetworkTest]: handlers of several models connect to endpoints, and say how that ended.
///
/// It prints a line `MODEL ENDPOINT ANSWER` for each, with `PORT` in place of the port at which it listens itself. To an endpoint
/// that begins with `all+` they connect until that fails.
final class OutgoingProgram {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private static final String ALL = "all+";
    /// More than the local ports of its network, and less than the backlog.
    private static final int MOST = 40;

    private OutgoingProgram() {}

    /// @param arguments the models, `--`, and the endpoints
    static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        int end = all.indexOf("--");
        try (ServerSocket alive = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
            String port = Integer.toString(alive.getLocalPort());
            for (String model : all.subList(0, end)) {
                for (String endpoint : all.subList(end + 1, all.size())) {
                    System.out.println(model + " " + endpoint + " "
                            + answer(model, endpoint.replace("PORT", port)).replace(port, "PORT"));
                }
            }
        }
    }

    private static String connected(Connection client, String endpoint) throws IOException {
        try (Connection upstream = client.connect(endpoint)) {
            return "connected to " + upstream.info().peer();
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// Keeps each connection until the last attempt.
    private static String connectedToAll(Connection client, String endpoint, int most) throws IOException {
        try (Connection upstream = client.connect(endpoint)) {
            return most == 0 ? "connected to " + upstream.info().peer() : connectedToAll(client, endpoint, most - 1);
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String answer(String model, String endpoint) throws IOException {
        try (Server gateway = Server.at("tcp://127.0.0.2:0").model(Model.named(model))
                .options(o -> o.withTimeouts(t -> t.withConnect(CONNECT)))
                .handle(client -> client.writeLine(endpoint.startsWith(ALL)
                        ? connectedToAll(client, endpoint.substring(ALL.length()), MOST)
                        : connected(client, endpoint)))
                .start();
                Connection client = Client.to(gateway.endpoints().getFirst()).connect()) {
            return String.valueOf(client.readLine());
        }
    }
}
