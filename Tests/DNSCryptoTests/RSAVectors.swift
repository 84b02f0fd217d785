import DNSWire
import Testing

/// An RSA key, and a signature of it over `RSAVectors.data` that libcrypto made and takes for good.
struct RSAVector: CustomTestStringConvertible, Sendable {
    let bits: Int
    let exponent: String
    let algorithm: SecurityAlgorithm
    let key: [UInt8]
    let signature: [UInt8]

    init(_ bits: Int, _ exponent: String, _ algorithm: SecurityAlgorithm, key: String, signature: String) {
        self.bits = bits
        self.exponent = exponent
        self.algorithm = algorithm
        self.key = octets(base64: key)
        self.signature = octets(base64: signature)
    }

    var testDescription: String { "\(bits) bits, exponent \(exponent), algorithm \(algorithm)" }
}

/// Made with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:… -pkeyopt rsa_keygen_pubexp:…` and
/// `openssl dgst -sign`, but for the smallest, whose primes are from `openssl prime`.
enum RSAVectors {
    static let data = Array("The quick brown fox jumps over the lazy dog.".utf8)

    /// Legal sizes, and exponents up to the longest that is taken.
    static let accepted = [
        RSAVector(
            512, "65537", .rsaSHA256,
            key: """
                AwEAAfFIlAYiZZ/6EAZeVAwK5doXk3o3XVS6dkvwBHQ0E2vdql7nn8hZJnHk/KVcPpdv+yf1FhfkShRXwlhTOHagQ+
                E=
                """,
            signature: """
                vZfP++UCbwUrL0bCsO120a3Y7sy1qC53FMAvr1BA4PK+32Jd8Rp3Gjs0FIdrN7YHCNtZu8rTwARdDpViue7ddw==
                """),
        RSAVector(
            1024, "65537", .rsaSHA256,
            key: """
                AwEAAcW307o5BfZOkmHI7aXvo6jk0UgDze5qo3ZiP6Y4n6M1vv8Gvy4wiCCai/+4Dq5a/wI9kqqPcfWgglwHLEi+x7
                foaaGMeZTH/teL2PP4IObtsSZnUzeL9PcfVhKVOhX2VmyaUb7Zes0yr5jVSnvbuw0Ov/pitc9mPPTsgvZzaC+p
                """,
            signature: """
                FYnSwHWh4IJ7vHIPBFMWS9mzBgSdjvoNl6dXn7SY8AqWeY9aLhwDM3/y9Mb0uGgdCmScWqDmHtUmR7qTGD/jN0/sJS
                Wsu4Gm7tXp0yXevL1KOVmupy6Ngv1DIYICSR07ywW3FiMEcofhsH27D+RZiYh4JTO2wz3UBjrVLpVhzu0=
                """),
        RSAVector(
            2048, "65537", .rsaSHA256,
            key: """
                AwEAAdAEJRbyXycjvr6YSQwdy9pGDlNWX1tf0RYUSGEti1F1r8T7gPoZOg+j0Sob8oKcc5CWqsalBVOvPLz2k/ZCLL
                ZsNtMKVAuIpzGWkmAdKDO1jLYVER81QyWrpfHvwXDA9oJTzDfS3eOoIzgBdjrFPd9aHcR2N+LIjoF3gon5OJIqak2H
                2P8zARIkrtZLNjqNse3ifTUQO9CQ2saoajJPfxW6sJNjKzJMt7C94hjf/x1LD0X2SeQmjLAMBtVMEQrRvlULRBS3yh
                8/BTMsH1NXBS2sGMSfsxGEH/keDW9yuzRrkk3bI2AwGVan9V5LIjAadnWy/F8iWZLy5arBHj5y0nU=
                """,
            signature: """
                ewBNSkSqsukG0wcYhx/siTcdwel4MqA2omrW13NxnaT8v871IbZNwe6TxbvlxwYJCrRXHjMUN34ZeVXfh4Tqw59FNf
                5U7L/7wc2lth8MU8HnzfprRVEAeKF99PWrgJ95zwXjhTuRarkz6zilYDAD4TB+lRFe9GKl+3OaiHXkIpIvNL/0LaXO
                +KKkCu9PLd+H9Y5MfUUUXl1IESJVp81NzVLjNnglawQK6UigsC/hI1PdgMKgn7tHGTcxPa1p+5/gewopogQT1AGMVG
                OB6vpD3/t4mwyO3Norj7R9fo7fiQLteMARoMuG2zsO5xO31oYZHZLBPzA4CMXJMrQRHVNFpQ==
                """),
        RSAVector(
            4096, "65537", .rsaSHA256,
            key: """
                AwEAAZvTh5x8TRmlG4fhfAeuPkKPU4eUKHB+YrF2Rnho+4EeU/IxpudAiGMxDFSNmoQ8FkJUXXy7YTD1fhnVGirpgK
                Mvd0WrY7pThZaDudHrk1xyRcCw4iGyrzOLu2qCNdKgbkurNdbLkkOs83lnpwt0iH/D0N9/oBSmD4lCSS2xxz9Kidpw
                f1wZ5gbXX4I9Ml3EYpW4GK+a+3xgGak1MQvgkeUSXG6Kl02jEgSuzs0k/ZuH1lb8n/laWuRqSOdGpsPaegbZyV6/th
                zXbc2NdRcNupwepwZ9YRp9nuN3k6RI/BotfEahXin12wWCXG8Pe7V5YAFOfkWnG8aqr9ueBR/hNlmm0rU0kRpZsTxH
                XyuXhMo1v4uZkORLq5CwRFJh6iA7J6d4gtSOklAhC0SJ2V6FyELfmg+qS0k0xP/SpTGNqzqDe1f6bLBBAEB9mel4lH
                N52vujO85RY8RCVYG3wsFuePhAHVLb3ZslnSjukv6kXdDINxnKTJNUYBIta0m3DgmDDbyfVj9L5dSWvkJpNPP+QqaJ
                GCTfCB24t1BeXiPry//i3UAcnu7WYdWOcVuvls4h4hAcsFbvYpibqgo1XGM9IbCCPLC267HdsOojZl9VUVTqG0i5Eh
                htSAAkyD/WGnTz+9dq5WJJ/rFfXbXvIOMGyN8Igpqe6JU9SN6fGU9gHCiB
                """,
            signature: """
                i1UnMV91mY+0vzzK1QKF2cDZp7vQiVt9SOq3lDRT9VZQSyb4GmZ9T63rhF9Fg9ZYJ1FeTJa7cFfCVbzG20pUNsiejj
                ufnff/eswGbuDaoX2mAsfhrCwF683mDk1txvBF/5EIpdh1JFKssS7mzBK/xIXN1YJOO5PGZpPEB/4YPCAsoKFrHWS9
                K7yHdIqxRAmo9Re9JB5nqJUQ1dlUC2MsRxhI83yZ7MAHoqnKJR16SeqAtTrulkPNbebYKAjTN13YOw/O9aoTqCACJd
                t09RK8IkoMseudiDsJHoM+YoHGkL0TQzb+ZmAm6Vs4iZpR1ogio0D9cJGKm63GyV+aBY4AH4Iu/Al0OuaCQF6E1pwx
                gRnHo/J2qnVNaMRCc03tHLDoppw+0tr6WrssBtmfke6iWpX2NNx/9vuWziHf641zuxllUL61c5n44TPNfz3/eHUtlp
                TQCugIZG+ZoGaCxZHoFyPQwPLrU1vsy1i/BM5BMGKP4narPnPLSD89JT/OIsVGuUAqW/yBa4tz5uqTjzg63S3mPVp0
                Bi5RDusglBOVQTdigSYSqi6e91sAkqrphYrzZMO0bveQFVgtVIAT/Zk2hXhQuMrxBFKrJ2OoKZwJmuld/5UjsgDrw1
                uGROjuol6+m5J8KX8OxGpHe+FD3+xFwQ++eddhzgAljCyQvxoBYaQ=
                """),
        RSAVector(
            1024, "3", .rsaSHA256,
            key: """
                AQOshRYcVkT2ILXj/2T6LjdMOZ2KMZ9kmnNf2/RU4QkyzbLAsQuaMiO8bJ0lIFbdo9TdB5RU++/qDSGnki52e4z/Y8
                H3fdQ3R9kTJNyhrcDgVBTcbogqtJ+ewKX3f1r6W+K5DKctzXW+MkCMr2DCv0apdYAJt8jEm0K4jgREjFwAkQ==
                """,
            signature: """
                Mz592rnYhKu0zy/vmKH5ieZFN6+OMk4HQeI9e8t91mKpFQ7lbVQqfKVt2P/pSHGv1PGELZcUcgpC/XB5PNloCem3AI
                fh6LlpfXYS9ddcK2/pIo+19fABTHdt0lpbvKYSIPcf58mlmpwOL5ocHVc8XV7gWKhjFjdwmsXUlJp5UUY=
                """),
        RSAVector(
            1024, "17", .rsaSHA256,
            key: """
                ARGroQSzsWQazf+THIQAwVk61eIelpRM5J4ZxaDj3mk4GXQE/evbCf/dDyGEiei9is92gfHEAQf9YlX26Saes433oE
                KOMQ6KIcHS0wKTrKQqOgk0WzaTUfz8dUXPwMti+2Uan8rkhG3kiW0q8h8Sx3B4frVHyCik6il/mlCrUgfMUw==
                """,
            signature: """
                TTzDmHoIXzhEnbcToKNztuwdcLGYzAJL+YyFFEkZr+8mQZP2iwxGGawkHeEbYMj7IzLIfs+ebXPN48iMn27i6SN1cr
                L8JgCe8XuqfojYcUJenLGLEUjwThFjK8dcX4N4dl+GJYmD6L6a3ZSXD6ww9nYQcArQV00GJaAbWruf3jM=
                """),
        RSAVector(
            1024, "2^32+1", .rsaSHA256,
            key: """
                BQEAAAAB58IFTo+sDriEqRNmKu7OPRmsuSTgtSNRSgMYW8uV7cDYyGAH6jjKBhMTpnBsKwQidqUz7NxYApkcH3/WrN
                67Hrbb9ohVABq76zUQvvf9eX/CoPKk5563PvEp7nG2iGWFRanOycLKAmQzvalkTQ9CwBE6LkUzbobGsOZnnBYBmSk=
                """,
            signature: """
                xXRtBHeRQUiGXEwRw9kP02R8TgIjyUdk36Hi0Uj5kwZPCO7Sjput1YydVXmEps0taRlf3NjWExo3I/V5VmVVz1JT2n
                ig05yG2yIM8JFNPjqlemi64jhNSx9VqSfH7JzsYrUlN1f3mRaAGYCgscM2rN4V2jBRGdIqfAY8tCwcvqI=
                """),
        RSAVector(
            1024, "2^64-59", .rsaSHA256,
            key: """
                CP/////////FqjyrDGK2FMepAzYjjY6JOiOAIg3EYJbmaSkVrV4CRBoKmdn46xgs7H7eBHhz84O0P1YOyQA0pNqpSY
                XBEp4x8cW3QoiGOHJyNLMhhMUhtvKDnTAyH2FtkoqR53QfWJuoo+aBSQOn7zFC/kl3QKHd1ojBUOd5pcmmJIWjzg7P
                Y8k=
                """,
            signature: """
                EdI17cfgpvOiU/AYc4FfUE3hwaN3EbuDjPMftZFbqbB5b4iBOtnL0h95sRzT9Tu3Maqko3/RjS0KrfFdRIHT8f1jQX
                yEKnB2UAXqKXz2q3q3zYWOqes2ku/xZGVUBzZhKjgZA1poLPR95oT1hcmjw0fLggGG7287jdS7lQrkPx4=
                """),
        RSAVector(
            512, "65537", .rsaSHA1,
            key: """
                AwEAAfFIlAYiZZ/6EAZeVAwK5doXk3o3XVS6dkvwBHQ0E2vdql7nn8hZJnHk/KVcPpdv+yf1FhfkShRXwlhTOHagQ+
                E=
                """,
            signature: """
                Mabcx0H9BffUkYaOqwUUBPLyu/rGaBFRmkLC1vT/vb4AuJy66kdfcQZ2EARjT+NwGlVMRsAyVVy0MLTeLojEdA==
                """),
        RSAVector(
            1024, "65537", .rsaSHA512,
            key: """
                AwEAAcW307o5BfZOkmHI7aXvo6jk0UgDze5qo3ZiP6Y4n6M1vv8Gvy4wiCCai/+4Dq5a/wI9kqqPcfWgglwHLEi+x7
                foaaGMeZTH/teL2PP4IObtsSZnUzeL9PcfVhKVOhX2VmyaUb7Zes0yr5jVSnvbuw0Ov/pitc9mPPTsgvZzaC+p
                """,
            signature: """
                vg4nxBWNhjQxc+bKXQdpoccF7+pKFzc8lF5YdxbFeUEd8arNf1dOgYe7vujHbVWzVi9/P30c/Pis4XjA2Ph4SjAK93
                +IBYiFvt39GXrTSNR/Qn5Itfqena9z4+6srN3Df5kFbvjILo+VRKlyBF4sejrwFEzYCK/+bOYG6D8SYJQ=
                """),
    ]

    /// Good signatures of keys that are too short, too long or too dear.
    static let refused = [
        RSAVector(
            4104, "65537", .rsaSHA256,
            key: """
                AwEAAbIdmdSGv5K2K61gwtdRQxL+9MiDPY0iQvz8raPXwlfysA6T+mbdNCjDVt9Iom2vfmbtKCeO8Dmo3sHM74dxEE
                5opkMh9MJ4KbWG2ADUkNyM8jGJTD/aiLFvsZXPatQIuaFBr9FA0TL+Hgoe7JKx5yqLdkHRr958bFc89yJ2LAalU3kO
                WGP/80eCxFJ1yPmub9yibfgK3tyv8p+Fqt+nTAxtYjH5QQlzjunFksK/ENuKuD9eBe4oRDWHu35UwmQgxr3qyH+O78
                jT/07lvwBhdZ9DgXOLWh4MXHt4xmWG0tdKwDy8bMm7/32h7bWhMeb1auNRNEaSywgk6KmCSwu0njEmTrOmgf5ZrG4u
                ovtr24X3/fSWHj5eTHWiBARZXO6ejPwEmgkGSdsKktVR0h18IRafDEK7MAuaTuQblc1vV+JSc/ruqywpE8xTGaxa2B
                5pxpbn3eqTtAGR2YSX4xSp83WShIYqq/qM25k3zKSKxIHQpySPAKGL28Gz3kcHtvP1ODcXcJbqPrQEqJ4iCjBSujWd
                Uw3fc1oEWHF56GDhYHauHQAVp3Me2YOA/DemEEVQpfjmzxMS/zJkNGf7h/DlSghjOQ4lWALgthEIIHb+F+mCEKDpQk
                xKtREtMVVZd/cxw4csDK8/tYUw8Tl3jiCR6thyQiWF5DlgbvZqLuuXKhUBVQ==
                """,
            signature: """
                DIa58wNaeifT5bu9BtmY6IKOnE9G8lLIt+2Uqltlu7RICaqKg+UzlnYFZxElvi/Vn+hEo17f+tC0D0lOhFYAE/W2U1
                ZUCmoyNKwLv0PvtlLa1+w0Kwr1778fZQCc/OQ3TIbXfZg+cx+7P6RVagZwJWuvd27/HIXr5fUyK0ub39Cal+9WeXzN
                27BltX+r1h5+V5rZ7OyT+qNuLB32yTUg8B2Gu6FDciVZ0CX9OTlL5S0+AtrgxBF6qyCMIAm9/n/X1z+m+98tdpt2TF
                HfDXHrsI38rYDVM90ndQiRRkbQiQ3puHultFDqaQAkkll5pt71sUl2oarwduFZ8/XKPZK+OdyEESbgw9esPqAt1ImW
                IFrIAw3IWCAq5YsvEn8ovJH9aufNzTrEwTLAG62E0gU2lj6kSb+V27CvwLA9p/kx4c4GOPL4UwQcXhqM5HKoE7yOW+
                u4EL1hyTmg66/8arP+u7UkSGd1F6tScdFYuqQPfH5ujcmWDUoBy/I3DJI4m6G0mFBmKU6eIWTKOj5qRKxM9SvL/FtK
                ZCJh/0DEqWblPjABMPfbKlly/HspHW7zxvqe4nISSO0wDIbDbyPLcQGL7A6U75+/8IJXC1IZDjauH/Sig2cJawL6Xh
                NEz/rw1ClXBJ2gwQ77kgJLx51tsAFjnTf5Hzqph7FzHCfKx9GQB+9D
                """),
        RSAVector(
            1024, "2^64+13", .rsaSHA256,
            key: """
                CQEAAAAAAAAADa4rAEtg3KCD+gDkT53DhOb4chlAcKYh2uXGaQ9n9ZnRBOW7rdIMJG68PYuYPO/lXO/+LTZkmQWzi1
                nHBdFIsShHVGh76eUNCdN7Bw1WUsGhtB88SHFZbod00mOz+kX4i44y0jw/mkXfKcaH6/0ggpMIsAqPYHtaFGbUZEpw
                m4Zn
                """,
            signature: """
                Pudg+y29jmv5BGm39578OlMmVnk8NRywFhQVFLT/hvUin7KGcctZH3Cfyol+6sW9XbfJ1S3cfmB6xXIWIYGNby1X1B
                olRg7KjRIW1PLPnadVPdR4JZXYfJf2EH7DRLgk2omtJtABwn4kjPd0eGxY2qf/l6MXs34ISKP2/de6rVs=
                """),
        RSAVector(
            504, "65537", .rsaSHA1,
            key: """
                AwEAAbSXQ/NhwncmnVNiB5f4guRg1IsTPuZRtSLRc4ArJEUdVk3EcOEvDqQSRvucXqKBHGtiIK5NagUY8IKAjRek6w
                ==
                """,
            signature: """
                gBuKi8CXIxO96L5ZnmGp0pklxd/YqcFg7KkU5gjm0neX5gTrXWSSTcBIsAlSnRTHdj9VLfKYYV8ej+GJ2wY4
                """),
        RSAVector(
            1016, "65537", .rsaSHA512,
            key: """
                AwEAAbjepgk8iyILh7k4dv0pZIiAN3n/95Q8koZlOzdaAYmJKnjnIdo/2Llz1htLHroCJ4stbIpZcjD/xzt11xhfWL
                +aPh9ij0atQMCu+rCBJIY80W5DXZGJj01pt1m1kD+wi10A+n/SIpkQB72lCXCCI7b6bf5Gn6HqvMkgeyWR5w8=
                """,
            signature: """
                SRiR8Zl1pt4earfFPQbrvgwoiEf0vWz4OPQ8SQC5UKjEAFTom+Hopyx8nOOssTeDQt9ONNumXR4WofwruoD7Gr4k2d
                Hk3xzKoZosWVPouZUvUeTQdgZL7opxHUQmIGZRb5fppM5DwHNBr2/AHvIb6d0HHY8xAhhViuNMoY5nrQ==
                """),
    ]

    /// A modulus with exponent 3. The forged signature is the cube root of a block whose padding ends early, with what
    /// makes it a cube behind the digest (CVE-2006-4339); nobody needed the private key for it.
    static let cubed = RSAVector(
        2048, "3", .rsaSHA256,
        key: """
            AQOthSv9ehjLicngJaVJLoBDFUTA5RIdRp1IV6zTmuXBUoF8/OGND0TWndPlyJn+OLNaZIflFY/MNM/x30yGOMqIeK
            TIhPY+3HV/w6AtlzMpJ1uPYonS9sAVhgL0dEdXf37WP4Dm8Q+x9PzhYukNE5BF8zlJhWEosWPei297WXywGelRt711
            ynEv5TggQvajMItSPKmAMjtx8ITSNYSvOMCrdkny8sTFFp12dVOa6K93GPDN2g8vteafMQQvUg+gBS5GenhgZ+qKiN
            AdS8zp/6+XozcFyOgJPl2OjJdB1YYJRO2zbYyDbt3wuttt3pqiu9TQcRPJpil/UbzUccMW9Lkz
            """,
        signature: """
            cR9FjGUyMuK0Xe1JHFWHeom0g4zfpEW/wm1sxxm02Szq07OlW7R5Tbbd6yUXcInlMffbE5OBaPPY2ePFJOte1yAnrj
            ZocXwt4FI5XS58k2faww/zpQZHj8otYqtvDvoZNH9V7GWKOii/DtAWSjsaQM4Mr/RiFUSVpw1QdQqSJGYP1lGFxjkA
            nrY1vFu+/g7G/3gBQQjGhlsJyv6+ZSdjoTr+lQ4GL+Fm1NrXsFaoDq5U+EmAzuVKvCaWxUwvvwdbdOq4w3O11IIWPb
            JkcZx3A+54gLQVC7bFXiqcy/PgLah+FeKB8WYj0Lto3pk86utmMqBXxs8kx9uY/tkrnhaGpw==
            """)
    static let forgedSignature = octets(
        base64: """
            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAMsv9SnrceQVYPXZ1IPUWQHWRdtN4JvLvY649x64IEn
            p8qMxt3V43pPxTB7oG9w1fNPeAe5m1VC9HLaZrMt1NDcQ1KQYh13XZKw0yWC+aRjk0+bzYLw==
            """)
}
