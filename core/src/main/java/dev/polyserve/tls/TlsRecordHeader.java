package dev.polyserve.tls;

import java.nio.ByteBuffer;

/// The first bytes of a record: its type, its version and its length (RFC 8446 section 5.1).
///
/// **Thread**: any.
final class TlsRecordHeader {
    private static final String PLAIN = "plain text arrived where TLS was expected: the client does not speak TLS, or"
            + " is to connect to another port";
    /// The type of an alert.
    static final int ALERT = 21;
    private static final int BYTES = 5;
    private static final int LENGTH_AT = 3;
    private static final int CONTENT_HANDSHAKE = 22;
    private static final int CONTENT_FIRST = 20;
    private static final int CONTENT_LAST = 23;
    private static final int MAJOR_VERSION = 3;

    private TlsRecordHeader() {}

    /// The length of the record that begins at the buffer's position, with its header.
    ///
    /// @param secure whether the handshake is over
    /// @param renegotiates whether a message of a handshake then asks for another one
    /// @return 0 when the header has not arrived
    /// @throws TlsException when there is no record, or one that is refused
    static int recordBytes(ByteBuffer arrived, boolean secure, boolean renegotiates) throws TlsException {
        if (!arrived.hasRemaining()) {
            return 0;
        }
        int at = arrived.position();
        int type = arrived.get(at);
        boolean known = type >= CONTENT_FIRST && type <= CONTENT_LAST
                && (arrived.remaining() == 1 || arrived.get(at + 1) == MAJOR_VERSION);
        if (!known) {
            throw new TlsException(secure ? "what arrived is no record of TLS" : PLAIN);
        }
        if (arrived.remaining() < BYTES) {
            return 0;
        }
        int bytes = BYTES + (arrived.getShort(at + LENGTH_AT) & 0xffff);
        if (bytes > TlsRecordBuffers.RECORD_BYTES) {
            throw new TlsException("a record of TLS with " + bytes + " bytes arrived, where "
                    + TlsRecordBuffers.RECORD_BYTES + " is the most");
        }
        if (secure && renegotiates && type == CONTENT_HANDSHAKE) {
            throw new TlsException("the peer asked for a renegotiation of TLS, which is refused");
        }
        return bytes;
    }
}
