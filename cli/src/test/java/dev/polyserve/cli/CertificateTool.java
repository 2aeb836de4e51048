package dev.polyserve.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Self-signed certificates, made by the JDK's `keytool` in one directory: NAME.crt, NAME.key and NAME.p12.
///
/// @param directory where the files are
record CertificateTool(Path directory) {
    static final String PASSWORD = "correct horse";
    private static final int TIMEOUT_SECONDS = 60;

    /// Makes a certificate for these DNS names, valid for 90 days.
    void create(String name, String... dnsNames) throws Exception {
        create(name, 90, dnsNames);
    }

    /// Makes a certificate for these DNS names.
    ///
    /// @param days how long it is valid; a negative number: until so many days ago
    void create(String name, int days, String... dnsNames) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Files.deleteIfExists(store);
        keytool("-genkeypair", "-alias", "own", "-keyalg", "EC", "-groupname", "secp256r1", "-dname",
                "CN=" + dnsNames[0],
                "-startdate", days < 0 ? days - 1 + "d" : "-1H", "-validity", Integer.toString(Math.max(days, 1)),
                "-ext",
                "san=" + String.join(",", Stream.of(dnsNames).map(dns -> "dns:" + dns).toList()), "-keystore",
                store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD);
        KeyStore keys = keyStore(name);
        write(name + ".crt", "CERTIFICATE", keys.getCertificate("own").getEncoded());
        write(name + ".key", "PRIVATE KEY", keys.getKey("own", PASSWORD.toCharArray()).getEncoded());
    }

    private void write(String file, String label, byte[] der) throws IOException {
        Path path = directory.resolve(file);
        Path whole = Files.writeString(directory.resolve(file + ".new"), "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n");
        Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("rw-------"));
        Files.move(whole, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(PackagedProgram.shortLived().stream().map(option -> "-J" + option).toList());
        command.add("-J-XX:+UseSerialGC");
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("keytool has failed: " + String.join(" ", command));
        }
    }

    KeyStore keyStore(String name) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(pkcs12(name))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    Path pemCertificate(String name) {
        return directory.resolve(name + ".crt");
    }

    Path pemKey(String name) {
        return directory.resolve(name + ".key");
    }

    Path pkcs12(String name) {
        return directory.resolve(name + ".p12");
    }
}
