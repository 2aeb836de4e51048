package dev.polyserve.linux.control;

import dev.polyserve.Tls;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The certificates of a server as bytes of a message. A context cannot be sent: the program makes one in each process.
///
/// **Thread**: any.
///
/// @param tls the certificates, without a context
record SerializedCertificates(Tls tls) {
    /// Writes its parts in order.
    void writeTo(DataOutputStream out) throws IOException {
        out.writeBoolean(tls.isSelfSigned());
        List<String> files = new ArrayList<>();
        tls.certificates().forEach(pair -> files.addAll(List.of(pair.chain().toString(), pair.key().toString())));
        texts(out, files);
        texts(out, tls.password().stream().toList());
        texts(out, tls.clientAuthorities().map(Path::toString).stream().toList());
        out.writeBoolean(tls.requiresClientCertificate());
        texts(out, tls.alpn());
        texts(out, List.of(tls.minimumVersion()));
    }

    /// Reads the parts in the same order.
    static SerializedCertificates readFrom(DataInputStream in) throws IOException {
        boolean selfSigned = in.readBoolean();
        List<String> files = texts(in);
        Tls tls = selfSigned ? Tls.selfSigned() : Tls.server(Path.of(files.get(0)), Path.of(files.get(1)));
        for (int i = 2; i < files.size(); i += 2) {
            tls = tls.withCertificate(Path.of(files.get(i)), Path.of(files.get(i + 1)));
        }
        for (String password : texts(in)) {
            tls = tls.withPassword(password);
        }
        List<String> authorities = texts(in);
        boolean required = in.readBoolean();
        for (String file : authorities) {
            tls = required
                    ? tls.withClientCertificatesNeeded(Path.of(file))
                    : tls.withClientCertificatesWanted(Path.of(file));
        }
        return new SerializedCertificates(
                tls.withAlpn(texts(in).toArray(String[]::new)).withMinimumVersion(texts(in).getFirst()));
    }

    private static void texts(DataOutputStream out, List<String> all) throws IOException {
        out.writeInt(all.size());
        for (String text : all) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> all = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            all.add(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
        }
        return all;
    }
}
