package dev.polyserve.linux.restart;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// The message of an old program to the new one, which the sockets accompany.
///
/// @param generation the number of programs before the new one
/// @param older the process numbers of those that may still be alive, the newest first
/// @param selfSigned the self-signed certificate of the program, if it has made one
/// @param sockets the endpoints of each socket, in the order of the sockets
record RestartMessage(int generation, List<Long> older, Optional<ByteBuffer> selfSigned, List<Slot> sockets) {
    /// The first line; its number is the version of the format.
    private static final String GREETING = "polyserve restart 4";
    private static final int HEAD_LINES = 4;
    private static final int SLOT_LINES = 3;

    /// The endpoints of a socket.
    ///
    /// @param index which of the old program's endpoints it belongs to, from 0 on: a program may list one twice
    /// @param asked the endpoint as the old program requested it
    /// @param real its real endpoint
    record Slot(int index, Endpoint asked, Endpoint real) {
        /// The file of the Unix socket, if it has one.
        Optional<Path> file() {
            return switch (real) {
                case Endpoint.Unix unix -> Optional.of(unix.path());
                case Endpoint.UnixDatagram unix -> Optional.of(unix.path());
                case Endpoint.Tcp _, Endpoint.Tls _, Endpoint.Udp _, Endpoint.Inherited _ -> Optional.empty();
            };
        }
    }

    ByteBuffer written() {
        List<String> lines = new ArrayList<>(List.of(GREETING, Integer.toString(generation),
                String.join(" ", older.stream().map(pid -> Long.toString(pid)).toList()),
                selfSigned.map(RestartMessage::encoded).orElse("")));
        for (Slot slot : sockets) {
            lines.add(Integer.toString(slot.index));
            lines.add(slot.asked.toString());
            lines.add(slot.real.toString());
        }
        return ByteBuffer.wrap(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(Base64.getEncoder().encode(bytes.duplicate())).toString();
    }

    /// Parses the message of an old program.
    ///
    /// @throws IOException when the message is not in this format
    static RestartMessage read(ByteBuffer message) throws IOException {
        List<String> lines = List.of(StandardCharsets.UTF_8.decode(message).toString().split("\n", -1));
        if (!lines.getFirst().equals(GREETING) || lines.size() < HEAD_LINES
                || (lines.size() - HEAD_LINES) % SLOT_LINES != 0) {
            throw new IOException("the program that runs hands its sockets on in another way than '" + GREETING
                    + "'; stop it and start this one");
        }
        List<Slot> sockets = new ArrayList<>();
        for (int i = HEAD_LINES; i < lines.size(); i += SLOT_LINES) {
            sockets.add(new Slot(Integer.parseInt(lines.get(i)), Endpoint.parse(lines.get(i + 1)),
                    Endpoint.parse(lines.get(i + 2))));
        }
        List<Long> older = lines.get(2).isEmpty()
                ? List.of()
                : List.of(lines.get(2).split(" ", -1)).stream().map(Long::valueOf).toList();
        Optional<ByteBuffer> selfSigned = Optional.of(lines.get(3)).filter(line -> !line.isEmpty())
                .map(line -> ByteBuffer.wrap(Base64.getDecoder().decode(line)));
        return new RestartMessage(Integer.parseInt(lines.get(1)), older, selfSigned, sockets);
    }
}
