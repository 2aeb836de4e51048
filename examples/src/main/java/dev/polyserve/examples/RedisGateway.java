package dev.polyserve.examples;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.pool.ConnectionPool;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A gateway from lines to Redis: each line of a client is a command, `set key value` for example, and is answered with a line.
///
/// Clients have no connection to Redis of their own: the requests of thousands share a few from a pool. When Redis is
/// restarted, clients stay connected, and are told of a request that failed.
public final class RedisGateway {
    private static final int LONGEST_VALUE_BYTES = 1 << 20;
    private static final int MOST_WORDS = 3;

    private RedisGateway() {}

    /// Starts a gateway.
    ///
    /// @param redis the connections to Redis; the caller closes the pool
    public static Server start(String endpoint, Model model, ConnectionPool redis) throws IOException {
        return Server.at(endpoint).model(model)
                .messages(Framing.lines(), (line, client) -> client.writeLine(answer(line,
                        () -> redis.call(client, connection -> exchange(connection, line)))))
                .start();
    }

    /// A pool that asks an idle Redis before it is used again.
    public static ConnectionPool pool(Client redis) {
        return ConnectionPool.to(redis).most(8)
                .check(Duration.ofSeconds(10), connection -> exchange(connection, "ping").equals("PONG"))
                .open();
    }

    /// An exchange, on a connection that is taken for it.
    private interface Call {
        String run() throws IOException, InterruptedException;
    }

    private static String answer(String line, Call exchange) throws InterruptedException {
        if (line.isBlank()) {
            return "ERR an empty command";
        }
        try {
            return exchange.run();
        } catch (IOException e) {
            return "ERR no answer: " + e.getMessage();
        }
    }

    /// Sends a command, as an array of strings, and reads its reply.
    private static String exchange(Connection redis, String line) throws IOException {
        String[] words = line.strip().split(" +", MOST_WORDS);
        redis.print("*" + words.length + "\r\n");
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            redis.print("$" + bytes.length + "\r\n");
            redis.write(bytes);
            redis.print("\r\n");
        }
        return reply(redis);
    }

    /// Reads a whole reply, so that the connection can be used again.
    private static String reply(Connection redis) throws IOException {
        String head = redis.readLine();
        if (head == null) {
            throw new EOFException("Redis has ended the connection");
        }
        if (head.isEmpty()) {
            throw new ProtocolException("an empty line is no reply of Redis");
        }
        return switch (head.charAt(0)) {
            case '+', '-', ':' -> head.substring(1);
            case '$' -> string(redis, number(head));
            default -> throw new ProtocolException("a reply of another kind: " + head);
        };
    }

    private static int number(String head) throws ProtocolException {
        try {
            return Integer.parseInt(head, 1, head.length(), 10);
        } catch (NumberFormatException e) {
            throw new ProtocolException("a length of a reply: " + head);
        }
    }

    private static String string(Connection redis, int bytes) throws IOException {
        if (bytes < 0) {
            return "(nil)";
        }
        if (bytes > LONGEST_VALUE_BYTES) {
            throw new ProtocolException("a value of " + bytes + " bytes");
        }
        String value = new String(redis.readExactly(bytes), StandardCharsets.UTF_8);
        redis.readExactly("\r\n".length());
        return value.replace('\n', ' ');
    }

    /// `java … RedisGateway [REDIS [ENDPOINT]]`
    static void main(String[] args) throws Exception {
        Client redis = Client.to(args.length > 0 ? args[0] : "tcp://127.0.0.1:6379");
        String endpoint = args.length > 1 ? args[1] : "tcp://127.0.0.1:8888";
        try (ConnectionPool pool = pool(redis); Server server = start(endpoint, Model.auto(), pool)) {
            IO.println("listens at " + server.endpoints());
            server.await();
        }
    }
}
