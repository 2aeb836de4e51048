package dev.polyserve.proxy;

import dev.polyserve.TlsInfo;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The extensions of a version 2 header (TLVs): a type and bytes each.
///
/// @param all the fields in their order
public record ProxyTlvs(List<Field> all) {
    /// The name of the application protocol that was negotiated (ALPN).
    public static final int ALPN = 0x01;
    /// The host name that the client asked for (SNI).
    public static final int AUTHORITY = 0x02;
    /// The CRC32C of the whole header.
    public static final int CRC32C = 0x03;
    /// Padding.
    public static final int NOOP = 0x04;
    /// An identifier of the connection, of at most 128 bytes.
    public static final int UNIQUE_ID = 0x05;
    /// What is known of the client's TLS connection.
    public static final int SSL = 0x20;
    /// The name of a network namespace.
    public static final int NETWORK_NAMESPACE = 0x30;

    /// Keeps the list.
    public ProxyTlvs {
        all = List.copyOf(all);
    }

    /// The fields for a connection with TLS: ALPN, authority and SSL.
    public static ProxyTlvs of(TlsInfo tls) {
        List<Field> fields = new ArrayList<>();
        tls.applicationProtocol().ifPresent(name -> fields.add(Field.of(ALPN, name)));
        tls.serverName().ifPresent(name -> fields.add(Field.of(AUTHORITY, name)));
        fields.add(new Field(SSL, ProxySslTlv.of(tls).bytes()));
        return new ProxyTlvs(fields);
    }

    /// The fields one after the other, each with its type and length.
    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Field field : all) {
            bytes.write(field.type);
            bytes.write(field.value.length >> 8);
            bytes.write(field.value.length);
            bytes.writeBytes(field.value);
        }
        return bytes.toByteArray();
    }

    /// One field.
    public static final class Field {
        private final int type;
        private final byte[] value;

        /// A field with a copy of these bytes.
        ///
        /// @param type 0 to 255
        public Field(int type, byte[] value) {
            this.type = type;
            this.value = value.clone();
        }

        static Field of(int type, String text) {
            return new Field(type, text.getBytes(StandardCharsets.UTF_8));
        }

        /// The type, 0 to 255.
        public int type() {
            return type;
        }

        /// A copy of the bytes.
        public byte[] value() {
            return value.clone();
        }

        /// The number of bytes.
        public int length() {
            return value.length;
        }

        String text() {
            return new String(value, StandardCharsets.UTF_8);
        }
    }

    /// The first field of this type.
    public Optional<Field> first(int type) {
        return all.stream().filter(field -> field.type == type).findFirst();
    }

    /// The host name that the client asked for.
    public Optional<String> authority() {
        return first(AUTHORITY).map(Field::text);
    }

    /// The name of the application protocol that was negotiated.
    public Optional<String> alpn() {
        return first(ALPN).map(Field::text);
    }

    /// The network namespace in which the proxy accepted the connection.
    public Optional<String> networkNamespace() {
        return first(NETWORK_NAMESPACE).map(Field::text);
    }

    /// The identifier of the connection.
    public Optional<byte[]> uniqueId() {
        return first(UNIQUE_ID).map(Field::value);
    }

    /// What the proxy says about the client's TLS connection.
    public Optional<ProxySslTlv> ssl() {
        return first(SSL).map(field -> ProxySslTlv.of(field.value));
    }
}
