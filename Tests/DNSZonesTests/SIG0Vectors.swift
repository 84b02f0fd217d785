/// UPDATE messages that nsupdate of BIND 9.18 signed with keys that dnssec-keygen made.
enum SIG0Vectors {
    struct Example: Sendable {
        /// As in a master file.
        let key: String
        /// When it was signed.
        let wall: Int64
        let packet: [UInt8]
    }

    static let signer = "signer.example.com."

    static let examples = [
        Example(
            key:
                "512 3 8 AwEAAZykLdskECFJOBiNItbYIMnE3gEHjz8KiPm1RT/UAybFAmQcZLeVyIUmHZ+WvOLL19AW3ebhSENBMqYc"
                + "uGM9D+Uw+ILUuFoZ/UV805P9mVa4TNHSovMnriOZnofFHPJ4jCIQwNdCu+5a0j42XoGyg3PyrLDclzkIXir4T2IvQest",
            wall: 1795791588,
            packet: octets(
                "fef628000001000000010001076578616d706c6503636f6d000006000104686f7374c00c000100010000012c0004"
                    + "c000020700001800ff0000000000a600000800000000006b099c106b0999b8555b065369676e6572076578616d70"
                    + "6c6503636f6d0034ddd4160bf94da527e5e5464e037634821662fa9ce84f8df1ec2eb570f86a686fb9ca6796a0d4"
                    + "b349daa24fc8eef5d0752d3112d6a8b387f2957502f79216c72e4c3dbbcd3e46caff50c093b5233da47ca186d399"
                    + "021dca20f7edfb2dcdd9a2ffb964c1dd3a812e9cb23dee2a679e3701688c00d0b8f5a07121f5f5c10e37a3"
            )),
        Example(
            key:
                "512 3 13 2mNeXk3sk1r6tH+GP4NGzvpS9/TB/C6K/E+A00jI3rteXybjYApfyomLahDhq+Ec/CrNDYbEmmU4Phi72iN"
                + "M1Q==",
            wall: 1795791591,
            packet: octets(
                "400028000001000000010001076578616d706c6503636f6d000006000104686f7374c00c000100010000012c0004"
                    + "c000020700001800ff00000000006600000d00000000006b099c136b0999bb04eb065369676e6572076578616d70"
                    + "6c6503636f6d00c108939b01b78b35766771a44b9334964134005fcbd6a7f75b73f3e607d44e874927f415ebe3d4"
                    + "6e22103b6c52fc9807a29494580be77e6c4dafcbe87d414602")),
        Example(
            key:
                "512 3 14 edFNVzrJ9lWrLkdxN5E55ZYyjvgBc0UahC7Fr0hKmL81Wn/OKNnsh93DWSuRDr8i0ODWhnTyiDMXhR/L+nv"
                + "dZWBZTJJdsERKPyVxF7cZMisNJpoOp1uX/blM2nOaERrr",
            wall: 1795791594,
            packet: octets(
                "bdb728000001000000010001076578616d706c6503636f6d000006000104686f7374c00c000100010000012c0004"
                    + "c000020700001800ff00000000008600000e00000000006b099c166b0999be152a065369676e6572076578616d70"
                    + "6c6503636f6d000e5dee8dcc66c168711bf57d4ef2e4fff1cbc94a40eca1f3116ff7df392b9032e94ec056c84512"
                    + "db5172facf1992a8624645bb18d6181dff683f2dc77676e2b4e25cf60774c7a3f0257fb9819e96f77c183c1505d7"
                    + "d7718100ddb73aef48df71")),
        Example(
            key: "512 3 15 /8z0oz/FIcqFrsk0BsmxB43XPvQC0cbDwQOUE+jpylY=",
            wall: 1795791597,
            packet: octets(
                "827f28000001000000010001076578616d706c6503636f6d000006000104686f7374c00c000100010000012c0004"
                    + "c000020700001800ff00000000006600000f00000000006b099c196b0999c1007c065369676e6572076578616d70"
                    + "6c6503636f6d008f31092c006033d4f33d603813f17048a939d7a3465e493fafe25b6487377b8bf7ce7c86ebbebe"
                    + "ea7595adc4871bb510a9941a6900057867b1bb4d96889fd70d")),
    ]

    private static func octets(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
