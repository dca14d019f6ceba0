"""What a trained model is: how it reads messages, how it is trained, how sure it is. It knows no service."""
