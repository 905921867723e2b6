CREATE DATABASE fanfold OWNER temporal;
