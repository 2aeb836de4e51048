package dev.polyserve.linux.command;

import dev.polyserve.Cause;
import dev.polyserve.InetdCommand;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/// A server that serves each connection by a command, and the events that it has reported.
final class CommandServer implements AutoCloseable {
    static final int LIMIT_MILLIS = 30_000;

    /// A connection that is over.
    ///
    /// @param connection the connection
    /// @param cause the cause of its end
    record Closed(ConnectionInfo connection, Cause cause) {
        InetdCommand.Exit exit() {
            return connection.exit().orElseThrow();
        }
    }

    private final BlockingQueue<Closed> closed = new LinkedBlockingQueue<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    /// The names of the threads on which commands began.
    final List<String> beganOn = new CopyOnWriteArrayList<>();
    final Server server;

    private CommandServer(ServerBuilder builder) throws IOException {
        server = builder.listener(new ServerListener() {
            @Override
            public void opened(ConnectionInfo connection) {
                beganOn.add(Thread.currentThread().getName());
            }

            @Override
            public void closed(ConnectionInfo connection, Cause cause) {
                closed.add(new Closed(connection, cause));
            }

            @Override
            public void failed(ConnectionInfo connection, Throwable error) {
                failures.add(String.valueOf(error.getMessage()));
            }

            @Override
            public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
                failures.add(String.valueOf(error.getMessage()));
            }
        }).start();
    }

    static CommandServer shell(String script) throws IOException {
        return command(InetdCommand.of("sh", "-c", script), builder -> builder);
    }

    static CommandServer command(InetdCommand command, UnaryOperator<ServerBuilder> change) throws IOException {
        return new CommandServer(change.apply(Server.at("tcp://127.0.0.1:0").command(command)));
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(LIMIT_MILLIS);
        return socket;
    }

    /// Sends this request, ends the client's side, and returns all bytes until the server ends its own.
    String talk(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static String readLine(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next; (next = socket.getInputStream().read()) != '\n';) {
            if (next < 0) {
                throw new IOException("the end came after '" + line + "'");
            }
            line.append((char) next);
        }
        return line.toString();
    }

    /// Resets the connection, as a crash does.
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /// The number of commands that have ended while their connections are not over.
    long exits() {
        return server.connections().stream().filter(connection -> connection.exit().isPresent()).count();
    }

    Closed awaitClosed() throws InterruptedException {
        Closed first = closed.poll(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
            throw new AssertionError("no connection was over in time");
        }
        return first;
    }

    @Override
    public void close() {
        server.close();
    }
}
