package dev.polyserve.cli.control;

import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.DrainReport;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.admin.AdministeredServer;
import dev.polyserve.admin.status.ConnectionQueryParser;
import dev.polyserve.admin.status.ConnectionTable;
import dev.polyserve.admin.status.ServerStatus;
import dev.polyserve.text.JsonObjectWriter;
import dev.polyserve.text.PrintableText;
import dev.polyserve.cli.operation.FileIdentity;
import dev.polyserve.cli.operation.HotRestart;
import dev.polyserve.cli.text.Units;
import dev.polyserve.linux.process.RunAsUser;
import dev.polyserve.linux.process.FileCreationAttributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// The socket on which a running server accepts requests; only the user of the server can use it.
///
/// **Thread**: any.
public final class ControlSocket implements AutoCloseable {
    private static final int MOST_AT_ONCE = 16;
    private static final String LIFT = "lift ";
    private static final String CONNECTIONS = "connections ";
    private static final String END = "end ";
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);
    /// The mode is set when the file is created, because the socket accepts connections at once.
    private static final FileCreationAttributes OWN_USER_ONLY = FileCreationAttributes.withMode(0600);

    private final Server socket;
    /// Where it is bound.
    private final Path bound;
    /// Where it is found once it answers.
    private final Path path;
    private final FileIdentity file;

    private ControlSocket(Server socket, Path bound, Path path, FileIdentity file) {
        this.socket = socket;
        this.bound = bound;
        this.path = path;
        this.file = file;
    }

    /// Binds it; it answers once it is started. Other files that the process creates at that moment get its mode, so this comes
    /// before clients are served.
    ///
    /// @throws IOException naming the path and what is wrong
    public static ControlSocket bind(Path path, AdministeredServer controlled) throws IOException {
        return bind(path, path, new RequestHandler(controlled));
    }

    /// Binds it beside the one of the program that this one takes over from, whose place it takes when it is started.
    ///
    /// @throws IOException naming the path and what is wrong
    public static ControlSocket bindBeside(Path path, AdministeredServer controlled)
            throws IOException {
        return bind(HotRestart.unconfirmedControl(path, ProcessHandle.current().pid()), path,
                new RequestHandler(controlled));
    }

    private static ControlSocket bind(Path at, Path path, RequestHandler answers) throws IOException {
        ServerBuilder builder = Server.at(new Endpoint.Unix(at)).model(Model.epoll()).handle(answers::answer)
                .filter(ControlSocket::isOwnUserOrRoot)
                .options(options -> options.withMaxConnections(MOST_AT_ONCE).withIdleTimeout(IDLE_TIMEOUT));
        Server socket = OWN_USER_ONLY.of(builder::bind);
        try {
            return new ControlSocket(socket, at, path, FileIdentity.of(at));
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    /// Begins to answer.
    public void start() throws IOException {
        Server _ = socket.start();
        if (!bound.equals(path)) {
            Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        file.removeAt(path);
    }

    @Override
    public String toString() {
        return "control socket " + path;
    }

    /// Rejects other users by their kernel credentials: the mode of the file may have changed.
    private static boolean isOwnUserOrRoot(ConnectionInfo connection) {
        return connection.peerCredentials().map(peer -> RunAsUser.isOursOrRoot(peer.uid())).orElse(false);
    }

    /// Handles one request per connection.
    private record RequestHandler(AdministeredServer controlled) {
        void answer(Connection connection) throws IOException, InterruptedException {
            String request = connection.readLine();
            switch (request == null ? "" : request) {
                case "status text" -> ok(connection, new StatusText(controlled).lines());
                case "status json" -> ok(connection, status().json());
                case "workers text" -> ok(connection, new StatusText(controlled).workers());
                case "workers json" -> ok(connection, JsonObjectWriter.of(status().workers()));
                case "bans text" -> ok(connection, new BansText(controlled.server()).lines());
                case "bans json" -> ok(connection, new BansText(controlled.server()).json());
                case String query when query.startsWith(CONNECTIONS) ->
                    connections(connection, query.substring(CONNECTIONS.length()));
                case String end when end.startsWith(END) -> end(connection, end.substring(END.length()));
                case String lift when lift.startsWith(LIFT) -> lift(connection, lift.substring(LIFT.length()));
                case "drain" -> drain(connection);
                case "restart" -> restart(connection);
                default -> connection.writeLine("error: unknown request '" + request
                        + "': use status, workers, connections, end, bans, lift, drain or restart");
            }
        }

        private ServerStatus status() {
            return new ServerStatus(controlled.server(), controlled.service(), controlled.generation());
        }

        private static void ok(Connection connection, String text) throws IOException {
            connection.writeLine("ok");
            connection.writeLine(text);
        }

        private void connections(Connection connection, String query) throws IOException {
            try {
                ok(connection, JsonObjectWriter
                        .of(new ConnectionTable(controlled.server()).rows(ConnectionQueryParser.parse(query))));
            } catch (IllegalArgumentException e) {
                connection.writeLine("error: " + e.getMessage());
            }
        }

        private void end(Connection connection, String id) throws IOException {
            boolean ended = id.matches("[0-9]{1,18}")
                    && new ConnectionTable(controlled.server()).end(Long.parseLong(id));
            connection.writeLine(ended
                    ? "ok\nconnection " + id + " was ended"
                    : "error: there is no open connection " + PrintableText.of(id));
        }

        private void lift(Connection connection, String address) throws IOException {
            try {
                ok(connection, new BansText(controlled.server()).lift(address));
            } catch (IllegalArgumentException e) {
                connection.writeLine("error: " + e.getMessage());
            }
        }

        private void drain(Connection connection) throws IOException, InterruptedException {
            DrainReport report = controlled.drain();
            ok(connection, "drained in " + Units.shown(report.took()) + ": " + report.finished()
                    + " connections finished, " + report.aborted() + " were cut off");
        }

        /// Runs on a thread of its own, because it waits in a system call, which would block the loop.
        private void restart(Connection connection) throws IOException {
            CompletableFuture<String> restarted = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("polyserve-restart").start(() -> {
                try {
                    restarted.complete("ok\n" + controlled.restart());
                } catch (IOException e) {
                    restarted.complete("error: " + e.getMessage());
                } catch (RuntimeException | Error e) {
                    restarted.completeExceptionally(e);
                }
            });
            connection.writeLine(restarted.join());
        }
    }
}
