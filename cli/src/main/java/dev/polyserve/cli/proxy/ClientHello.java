package dev.polyserve.cli.proxy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// What the first bytes of a connection tell about the name that a TLS client asks for: the ClientHello (RFC 8446, section 4.1.2) with
/// the server_name extension (RFC 6066, section 3), in one record or several. Nothing is decrypted.
sealed interface ClientHello {
    /// How many bytes a ClientHello may have; more than any client sends.
    int MOST_BYTES = 16 << 10;

    /// How many records a ClientHello may have; clients send one, or two.
    int MOST_RECORDS = 32;

    /// The bytes are the beginning of one; more are needed.
    ///
    /// @param bytesNeeded how many there must be, with those that were read, before they can tell more
    record Incomplete(int bytesNeeded) implements ClientHello {}

    /// The client asks for this name.
    ///
    /// @param name in lower case
    record Named(String name) implements ClientHello {}

    /// The client asks for no name, or does not begin TLS.
    record Unnamed() implements ClientHello {}

    /// Reads the bytes from the position to the limit, and leaves both as they are.
    static ClientHello of(ByteBuffer bytes) {
        ByteBuffer records = bytes.slice();
        ByteBuffer handshake = ByteBuffer.allocate(records.remaining());
        for (int count = 1; records.hasRemaining(); count++) {
            if (count > MOST_RECORDS || records.get(records.position()) != Parts.HANDSHAKE_RECORD) {
                return new Unnamed();
            }
            if (records.remaining() < Parts.RECORD_HEADER_BYTES) {
                return new Incomplete(records.position() + Parts.RECORD_HEADER_BYTES);
            }
            int length = Short.toUnsignedInt(records.getShort(records.position() + Parts.RECORD_LENGTH_OFFSET));
            if (length == 0 || length > MOST_BYTES) {
                return new Unnamed();
            }
            records.position(records.position() + Parts.RECORD_HEADER_BYTES);
            int part = Math.min(length, records.remaining());
            handshake.put(records.slice(records.position(), part));
            records.position(records.position() + part);
            ClientHello whole = Parts.ofHandshake(handshake.duplicate().flip());
            if (!(whole instanceof Incomplete more)) {
                return whole;
            }
            if (part < length) {
                int missing = Math.min(more.bytesNeeded - handshake.position(), length - part);
                return new Incomplete(records.position() + missing);
            }
        }
        return new Incomplete(records.position() + 1);
    }

    /// Reads the parts of the message.
    final class Parts {
        private static final byte HANDSHAKE_RECORD = 22;
        private static final int RECORD_HEADER_BYTES = 5;
        private static final int RECORD_LENGTH_OFFSET = 3;
        private static final byte CLIENT_HELLO = 1;
        private static final int MESSAGE_HEADER_BYTES = 4;
        private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
        private static final int SERVER_NAME = 0;
        private static final byte HOST_NAME = 0;
        /// RFC 1035, section 2.3.4.
        private static final int MOST_NAME_BYTES = 255;

        private Parts() {}

        /// The bytes that an [Incomplete] needs are those of the handshake.
        private static ClientHello ofHandshake(ByteBuffer handshake) {
            if (handshake.hasRemaining() && handshake.get(0) != CLIENT_HELLO) {
                return new Unnamed();
            }
            if (handshake.remaining() < MESSAGE_HEADER_BYTES) {
                return new Incomplete(handshake.hasRemaining() ? MESSAGE_HEADER_BYTES : 1);
            }
            int length = handshake.getInt() & 0xffffff;
            if (length > MOST_BYTES) {
                return new Unnamed();
            }
            if (handshake.remaining() < length) {
                return new Incomplete(MESSAGE_HEADER_BYTES + length);
            }
            try {
                return ofHello(handshake.slice(handshake.position(), length));
            } catch (BufferUnderflowException | IllegalArgumentException e) {
                return new Unnamed(); // malformed: the upstream refuses it
            }
        }

        private static ClientHello ofHello(ByteBuffer hello) {
            skip(hello, VERSION_AND_RANDOM_BYTES);
            skip(hello, Byte.toUnsignedInt(hello.get())); // session id
            skip(hello, Short.toUnsignedInt(hello.getShort())); // cipher suites
            skip(hello, Byte.toUnsignedInt(hello.get())); // compression methods
            if (!hello.hasRemaining()) {
                return new Unnamed();
            }
            ByteBuffer extensions = part(hello);
            while (extensions.hasRemaining()) {
                int type = Short.toUnsignedInt(extensions.getShort());
                ByteBuffer extension = part(extensions);
                if (type == SERVER_NAME) {
                    return ofNames(part(extension));
                }
            }
            return new Unnamed();
        }

        private static ClientHello ofNames(ByteBuffer names) {
            while (names.hasRemaining()) {
                byte kind = names.get();
                ByteBuffer name = part(names);
                if (kind == HOST_NAME && name.remaining() > MOST_NAME_BYTES) {
                    return new Unnamed();
                }
                if (kind == HOST_NAME) {
                    return new Named(StandardCharsets.US_ASCII.decode(name).toString().toLowerCase(Locale.ROOT));
                }
            }
            return new Unnamed();
        }

        private static void skip(ByteBuffer bytes, int count) {
            bytes.position(bytes.position() + count); // an IllegalArgumentException beyond the limit
        }

        /// The bytes behind a length of two bytes.
        private static ByteBuffer part(ByteBuffer bytes) {
            int length = Short.toUnsignedInt(bytes.getShort());
            if (length > bytes.remaining()) {
                throw new BufferUnderflowException();
            }
            ByteBuffer part = bytes.slice(bytes.position(), length);
            skip(bytes, length);
            return part;
        }
    }
}
